"""Change many rows of a table at once: those that are ticked, or all that fit the filter."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from django.http import QueryDict

from core import comparisons, prompts, removals
from core.assigning import Assigned, assign_to_person
from core.bulk import fetch
from core.comparisons import MOST_PRIORITY, MOST_VOTES
from core.errors import PrefereeError
from core.facts.draining import catch_up
from core.facts.filters import filters_of
from core.facts.search import Kind, Search
from core.models import Group, Mode, Project, Subject, User
from core.views.table import ROWS, id_of

PROMPTS_OF = "SELECT DISTINCT prompt_id FROM core_comparison WHERE id = ANY(%s)"
LONGEST_NUMBER = 4


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of one table: `ids` as ticked, else all that fit the filter and are not newer than `upto`."""

    project: Project
    kind: Kind
    query: QueryDict
    ids: Sequence[int] = ()
    upto: int | None = None

    @property
    def count(self) -> int:
        return len(self.ids) if self.upto is None else self._search.count(upto=self.upto)

    @property
    def is_empty(self) -> bool:
        return self.upto is None and not self.ids

    def portions(self) -> Iterator[Sequence[int]]:
        if self.upto is None:
            return iter([self.ids] if self.ids else [])
        return self._search.each(upto=self.upto)

    def portions_of_prompts(self) -> Iterator[Sequence[int]]:
        if self.kind == "prompt":
            return self.portions()
        return ([pk for (pk,) in fetch(PROMPTS_OF, [list(ids)])] for ids in self.portions())

    @property
    def _search(self) -> Search:
        return Search(self.project, self.kind, filters_of(self.project, self.kind, self.query, names=True).narrowing)


def selection_of(project: Project, kind: Kind, sent: QueryDict) -> Selection:
    """What the table's form sent: it names rows by their public ids, and at most those of a page."""
    query = QueryDict(sent.get("query", ""))
    if sent.get("all"):
        catch_up(project)
        return Selection(project, kind, query, upto=id_of(project, kind, sent.get("upto", "")) or 0)
    named = sent.getlist("row")[:ROWS]
    ids = [pk for pk in (id_of(project, kind, public) for public in named) if pk is not None]
    return Selection(project, kind, query, ids=sorted(ids, reverse=True))


# What each table offers. An action's value is sent in the field that is named here.
OFFERED: Mapping[Kind, Sequence[str]] = {
    "comparison": ("tag", "untag", "group", "person", "votes", "priority", "restore", "withdraw"),
    "prompt": ("tag", "untag", "language", "restore", "withdraw"),
}
FIELDS = {"untag": "tag"}
# Asked about first, however few rows there are.
DRASTIC = {"withdraw"}


@dataclass(frozen=True, slots=True)
class Change:
    """An action with its value, read and known to make sense; `sent` is the value as the form said it."""

    action: str
    value: Any
    sent: str
    sentence: str

    @property
    def field(self) -> str:
        return FIELDS.get(self.action, self.action)


def change_of(project: Project, kind: Kind, posted: QueryDict) -> Change:
    """Raises PrefereeError where nothing that the table offers was asked for, or its value makes no sense."""
    action = posted.get("action", "")
    if action not in OFFERED[kind]:
        raise PrefereeError("Choose what to change.")
    sent = posted.get(FIELDS.get(action, action), "").strip()
    value, sentence = _read(project, action, sent)
    return Change(action, value, sent, sentence)


def _read(project: Project, action: str, sent: str) -> tuple[Any, str]:
    """The value, and what will be done, as the beginning of a sentence that ends with the rows."""
    match action:
        case "tag" | "untag":
            tag = prompts.clean_tag(sent)
            return tag, f"Add the tag “{tag}” to the prompts of" if action == "tag" else f"Remove the tag “{tag}” from"
        case "language":
            return sent, f"Say that the language is “{sent}” for" if sent else "Say that the language is unknown for"
        case "group":
            return _group(project, sent)
        case "person":
            person = _person(project, sent)
            return person, f"Assign to {person}"
        case "votes":
            votes = _number(sent, f"Write how many votes are wanted, from 0 to {MOST_VOTES}.")
            return votes, f"Want {votes} vote{'' if votes == 1 else 's'} for"
        case "priority":
            priority = _number(sent, f"Write a priority from −{MOST_PRIORITY} to {MOST_PRIORITY}.")
            return priority, f"Give the priority {priority} to"
        case "restore":
            return None, "Use again"
    return None, "Withdraw"


def _number(text: str, error: str) -> int:
    text = text.replace("−", "-")
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) <= LONGEST_NUMBER):
        raise PrefereeError(error)
    return int(text)


def _group(project: Project, public: str) -> tuple[Group | None, str]:
    if not public:
        return None, "Let the tags say who judges"
    group = project.groups.filter(public=_uuid(public)).first()
    if group is None:
        raise PrefereeError("This group is gone. Choose another one.")
    return group, f"Let only the group “{group}” judge"


def _person(project: Project, public: str) -> User:
    person = User.objects.filter(memberships__project=project, public=_uuid(public)).first()
    if person is None:
        raise PrefereeError("Choose a person who judges in this project.")
    return person


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def apply(change: Change, selection: Selection, *, by: User) -> str:
    """What became of it, in a sentence."""
    project, value = selection.project, change.value
    if change.action == "person":
        return _assign(selection, value, by)
    of_prompts: dict[str, Callable[..., int]] = {
        "tag": prompts.add_tag,
        "untag": prompts.remove_tag,
        "language": prompts.set_language,
    }
    of_comparisons: dict[str, Callable[..., int]] = {
        "votes": comparisons.set_votes,
        "priority": comparisons.set_priority,
        "group": comparisons.set_group,
    }
    if verb := of_prompts.get(change.action):
        return _counted("prompt", verb(project, selection.portions_of_prompts(), value, by=by))
    if verb := of_comparisons.get(change.action):
        return _counted("comparison", verb(project, selection.portions(), value, by=by))
    return _remove(selection, Mode(change.action), by)


def _counted(noun: str, rows: int) -> str:
    return f"{_counted_noun(noun, rows)} changed." if rows else "Nothing had to be changed."


def _counted_noun(noun: str, count: int) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _remove(selection: Selection, mode: Mode, by: User) -> str:
    """A run does it: labels, places and what belongs to a prompt have to follow."""
    targets = chain.from_iterable(selection.portions())
    removal = removals.ask(selection.project, Subject(selection.kind), mode, targets, by=by)
    doing = "restores" if mode == Mode.RESTORE else "withdraws"
    return f"A run {doing} {_counted_noun(selection.kind, len(removal.targets))} and what belongs to them."


def _assign(selection: Selection, person: User, by: User) -> str:
    outcome = Assigned()
    for ids in selection.portions():
        more = assign_to_person(selection.project, ids, person, by)
        outcome = Assigned(*(a + b for a, b in zip(astuple(outcome), astuple(more), strict=True)))
    return outcome.in_words
