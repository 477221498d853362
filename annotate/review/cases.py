"""What a reviewer should look at: flagged and contested comparisons first, then undecided ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from annotate.models import Flag, FlagKind
from annotate.review.deciding import UNDECIDED
from core.bulk import fetch
from core.conversation import first_words
from core.labels.service import policy_name
from core.models import Comparison, Project, User

ROWS = 50
WHY = {FlagKind.FLAG: "Flagged", FlagKind.CONTEST: "Contested", FlagKind.LEAK: "Says who wrote it"}
SHOWN = {"contest": "Contested", "flag": "Flagged", "leak": "Says who wrote it", "undecided": "Undecided"}


@dataclass(frozen=True, slots=True)
class Case:
    """`number` continues the list of its sort; `reason` is what somebody wrote, or how the votes stand."""

    comparison: Comparison
    why: str
    reason: str
    at: datetime | None
    number: int

    @property
    def public(self) -> UUID:
        return self.comparison.public

    @property
    def text(self) -> str:
        return first_words(self.comparison.prompt.messages)


@dataclass(frozen=True, slots=True)
class Page:
    """Flags come before undecided ones: the next page goes on with `sort` after `number`."""

    cases: Sequence[Case]
    sort: str = ""
    number: int = 0

    @property
    def following(self) -> str:
        return f"{self.sort}-{self.number}" if self.sort else ""


def open_cases(project: Project, person: User, *, show: str = "", after: str = "") -> Page:
    """`after` is the `following` of the page before; anything else begins the list."""
    sort, _, number = after.partition("-")
    start = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    flags = [] if show == "undecided" or (start and sort == "undecided") else _flags(project, show, start)
    room = ROWS + 1 - len(flags)
    others = _undecided(project, person, start if sort == "undecided" else 0, room) if show in ("", "undecided") else []
    cases = [*flags, *others]
    if len(cases) <= ROWS:
        return Page(cases)
    last = cases[ROWS - 1]
    return Page(cases[:ROWS], "undecided" if last in others else "flag", last.number)


def _flags(project: Project, kind: str, after: int) -> list[Case]:
    found = Flag.objects.filter(project=project, resolved=None, pk__gt=after, comparison__withdrawn=None)
    if kind:
        found = found.filter(kind=kind)
    rows = found.select_related("comparison__prompt").order_by("pk")[: ROWS + 1]
    return [Case(row.comparison, WHY[FlagKind(row.kind)], row.reason, row.created, row.pk) for row in rows]


def _undecided(project: Project, person: User, after: int, room: int) -> list[Case]:
    if room <= 0:
        return []
    named = {"project": project.pk, "policy": policy_name("people_first"), "person": person.pk}
    found = fetch(UNDECIDED, {**named, "after": after, "most": room})
    comparisons = Comparison.objects.select_related("prompt").in_bulk([row[1] for row in found])
    return [
        Case(comparisons[pk], "Undecided", f"{votes} votes decide nothing", at, label) for label, pk, votes, at in found
    ]
