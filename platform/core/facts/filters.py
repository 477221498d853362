"""What the tables of prompts and comparisons can be narrowed to, and the facets that each choice means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.http import urlencode

from core.facts.search import Kind, Narrowing
from core.models import FilterValue, JudgeKind, Project

MOST_CHOICES = 200
LONGEST_TEXT = 200
YEARS = range(1970, 9000)
# What a reader chooses to see rows without any such value; no tag, language or group is called so.
NOTHING = "(none)"
Choices = Sequence[tuple[str, str]]
Asked = Mapping[str, str] | QueryDict

STATES: Mapping[Kind, Choices] = {
    "comparison": (
        ("waiting", "Not judged"),
        ("in_work", "In work"),
        ("labelled", "Labelled"),
        ("undecided", "Undecided"),
        ("judged", "Judged, no label"),
        ("withdrawn", "Withdrawn"),
    ),
    "prompt": (
        ("unanswered", "Without responses"),
        ("uncompared", "Without comparisons"),
        ("waiting", "Not judged"),
        ("in_work", "In work"),
        ("labelled", "Labelled"),
        ("withdrawn", "Withdrawn"),
    ),
}
LABELS = (
    ("decided", "Any label"),
    ("winner", "A winner"),
    ("tie", "Tie"),
    ("both_bad", "Both bad"),
    ("undecided", "Undecided"),
    ("none", "No label"),
)
AGREEMENT = (("one", "One vote"), ("unanimous", "Unanimous"), ("split", "Split"))
MARGINS = (("0", "0"), ("1", "up to .34"), ("2", ".35 to .67"), ("3", ".68 to .99"), ("4", "1.00"))
MISSING = (("some", "Some"), ("1", "1"), ("2", "2"), ("3", "3 or more"), ("0", "None"))
KINDS: Choices = (
    (JudgeKind.HUMAN, "People"),
    (JudgeKind.AI, "Models"),
    (JudgeKind.GOLD, "Gold"),
    (JudgeKind.RULE, "Rules"),
    (JudgeKind.METRIC, "Metrics"),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """The choices with what a reader calls them; `meant` are facets of those that are not just `name=choice`."""

    name: str
    label: str
    choices: Choices
    chosen: str = ""
    meant: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_words(self) -> str:
        return dict(self.choices)[self.chosen]

    @property
    def facets(self) -> tuple[str, ...]:
        return (self.meant.get(self.chosen, f"{self.name}={self.chosen}"),) if self.chosen else ()


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    value: str
    address: str


@dataclass(frozen=True, slots=True)
class TableFilters:
    """Those of one table, with what is chosen. The dates are whole days of the project."""

    all: Sequence[Filter]
    text: str
    since: str
    until: str
    zone: str

    @property
    def is_active(self) -> bool:
        return bool(self.query)

    @property
    def chips(self) -> list[Chip]:
        """Each that is set, with the address without it."""
        typed = (("q", "Text", self.text), ("since", "From", self.since), ("until", "Until", self.until))
        chosen = ((each.name, each.label, each.in_words) for each in self.all if each.chosen)
        return [Chip(label, value, self.address(**{name: ""})) for name, label, value in (*typed, *chosen) if value]

    @property
    def narrowing(self) -> Narrowing:
        return Narrowing(
            facets=tuple(facet for each in self.all for facet in each.facets),
            text=self.text,
            start=self._midnight(self.since),
            end=self._midnight(self.until, after=1),
        )

    @property
    def query(self) -> str:
        """As it stands in the page's address, without what says where in the table one is."""
        return self.address().removeprefix("?")

    def address(self, **others: str) -> str:
        """The query of the page with these filters and `others`; an empty one goes."""
        typed = {"q": self.text, "since": self.since, "until": self.until}
        values = typed | {each.name: each.chosen for each in self.all} | others
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def _midnight(self, day: str, after: int = 0) -> datetime | None:
        if not day:
            return None
        return datetime.combine(date.fromisoformat(day) + timedelta(days=after), time(), ZoneInfo(self.zone))


def filters_of(project: Project, kind: Kind, asked: Asked, *, names: bool) -> TableFilters:
    """Of the table, as somebody asked; what makes no sense is left out. `names`: they may know who judged."""
    known = _known(project)
    offered = [
        _of_values("tag", "Tag", known, asked, none="No tag"),
        _of_values("language", "Language", known, asked, none="Unknown"),
        Filter("state", "State", STATES[kind]),
        _of_values("model", "Model", known, asked),
    ]
    if kind == "comparison":
        offered += [
            Filter("label", "Label", LABELS),
            _of_values("winner", "Winner", {"winner": known.get("model", [])}, asked),
            Filter("agreement", "Agreement", AGREEMENT),
            Filter("margin", "Margin", MARGINS),
            Filter("missing", "Votes missing", MISSING),
            Filter("kind", "Judged by", KINDS),
            *([_judges(project)] if names else []),
            _groups(project),
        ]
    chosen = [_chosen(each, said(asked, each.name)) for each in offered]
    text = " ".join(said(asked, "q").split())[:LONGEST_TEXT]
    return TableFilters(chosen, text, _day(said(asked, "since")), _day(said(asked, "until")), project.time_zone)


def said(asked: Asked, name: str) -> str:
    """No NUL, which PostgreSQL cannot keep in a text."""
    return str(asked.get(name, "")).replace("\0", "")


def _chosen(offered: Filter, asked: str) -> Filter:
    return replace(offered, chosen=asked if asked in dict(offered.choices) else "")


def _known(project: Project) -> dict[str, list[str]]:
    """The values that there are, by kind, the first few hundred of each."""
    known: dict[str, list[str]] = {}
    kinds: tuple[Literal["tag", "language", "model"], ...] = ("tag", "language", "model")
    values = FilterValue.objects.filter(project=project).order_by("value").values_list("kind", "value")
    queries = [values.filter(kind=kind)[:MOST_CHOICES] for kind in kinds]
    for kind, value in queries[0].union(*queries[1:], all=True):
        known.setdefault(kind, []).append(value)
    return known


def _of_values(name: str, label: str, known: Mapping[str, list[str]], asked: Asked, *, none: str = "") -> Filter:
    """One that is asked for is offered too, though it may not be among the first."""
    values = known.get(name, [])
    if (value := said(asked, name)[:LONGEST_TEXT]) and value not in (*values, NOTHING):
        values = [*values, value]
    rest = [(NOTHING, none)] if none and values else []
    choices = [*((value, value) for value in sorted(values)), *rest]
    return Filter(name, label, choices, meant={NOTHING: f"{name}s=0"})


def _judges(project: Project) -> Filter:
    found = project.judges.order_by("name", "version", "kind")[:MOST_CHOICES]
    named = {f"{judge.kind}:{judge}": judge for judge in found}
    choices = [(key, str(judge)) for key, judge in named.items()]
    return Filter("judge", "Judge", choices, meant={key: f"judge={judge.pk}" for key, judge in named.items()})


def _groups(project: Project) -> Filter:
    found = list(project.groups.order_by("name")[:MOST_CHOICES])
    choices = [(str(group.public), group.name) for group in found]
    rest = [(NOTHING, "By tags")] if found else []
    meant = {str(group.public): f"group={group.pk}" for group in found}
    return Filter("group", "Group", [*choices, *rest], meant=meant | {NOTHING: "groups=0"})


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if day.year in YEARS else ""
