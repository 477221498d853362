"""What people see beside the texts, and which comparison comes first: settings of a project, and the verb for them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from core import audit
from core.errors import Conflict, PrefereeError
from core.ids import canonical, key_of
from core.models import Project, User
from core.models.project import Strategy

MOST_WORDS = 500
LONGEST_WORD = 100
STALE = (
    "Somebody else has changed these settings since you opened this page. What they hold now is shown beside each; "
    "save again to put yours in their place."
)


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """`identity_words` None stands for the usual list."""

    shows_length: bool
    shows_reference: bool
    strategy: str
    identity_words: Sequence[str] | None = None

    @property
    def mark(self) -> str:
        """The same for the same settings: a form carries it, to notice that somebody else was quicker."""
        return key_of(canonical(asdict(self))).hex()


def reading_of(project: Project) -> ReadingSettings:
    return ReadingSettings(**{name: getattr(project, name) for name in ReadingSettings.__slots__})


@transaction.atomic
def change_reading(project: Project, wanted: ReadingSettings, *, seen: str, by: User | None = None) -> None:
    """Change what differs, all or nothing.

    `seen` is the mark of the settings that the person had before them. Raises Conflict where they have changed since,
    PrefereeError where a value does not fit.
    """
    check_reading(wanted)
    locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    before = reading_of(locked)
    if before.mark != seen:
        raise Conflict(STALE)
    changed = _changed(before, wanted)
    for name in changed:
        setattr(locked, name, getattr(wanted, name))
    if changed:
        locked.save(update_fields=list(changed))
        audit.record("project.reading", project=locked, actor=by, target=locked.slug, changed=changed)
    project.refresh_from_db()


def check_reading(wanted: ReadingSettings) -> None:
    """Raises PrefereeError with the first thing that does not fit."""
    if wanted.strategy not in Strategy.values:
        raise PrefereeError("There is no such order. Choose one of those that are offered.")
    words = wanted.identity_words or []
    if len(words) > MOST_WORDS:
        raise PrefereeError(f"There are {len(words):,} words. Write at most {MOST_WORDS}.")
    for word in words:
        if len(word) > LONGEST_WORD:
            raise PrefereeError(f"“{word[:40]}…” has {len(word)} characters. Shorten it to {LONGEST_WORD}.")


def _changed(before: ReadingSettings, wanted: ReadingSettings) -> dict[str, dict[str, Any]]:
    """Old and new value of each setting that differs."""
    old, new = asdict(before), asdict(wanted)
    return {name: {"from": old[name], "to": new[name]} for name in new if old[name] != new[name]}
