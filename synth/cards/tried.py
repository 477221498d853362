"""One trial of a judge as plain values: what is right, what the judge said, and what that comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Ranks = tuple[int, ...]
Kind = Literal["gold", "probe", "injection"]
Outcome = Literal["consistent", "tie", "flip", "unreadable", "absent"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One verdict. `order`: slots as shown, None where each response was shown alone. `ranks` None: unreadable."""

    order: tuple[int, ...] | None
    ranks: Ranks | None


@dataclass(frozen=True, slots=True)
class Tried:
    """`truth` are the ranks that are right, `lengths` code points and `families` names by slot, "" where unknown.

    `outcome` and `ranks` are what all readings come to; "absent": the judge said nothing. `seconds`, `tokens` and
    `cost` are what all readings took, None where that is unknown. `tokens` 0: the replies were stored before.
    """

    kind: Kind
    name: str
    comparison: int
    truth: Ranks
    lengths: tuple[int, ...]
    families: tuple[str, ...]
    readings: tuple[Reading, ...]
    outcome: Outcome
    ranks: Ranks | None = None
    probability: float | None = None
    seconds: float | None = None
    tokens: int | None = None
    cost: float | None = None

    @property
    def is_right(self) -> bool:
        return self.ranks is not None and best(self.ranks) == best(self.truth)

    @property
    def plain(self) -> dict[str, Any]:
        """As a trial keeps it: what the row itself says is left out."""
        plain = asdict(self)
        return {name: plain[name] for name in plain if name not in ("kind", "name", "comparison")}


def tried_of(kind: Kind, name: str, comparison: int, plain: Mapping[str, Any]) -> Tried:
    """From what a trial keeps."""
    readings = tuple(Reading(_row(each["order"]), _row(each["ranks"])) for each in plain["readings"])
    rows = {name: _row(plain[name]) for name in ("truth", "lengths", "families", "ranks")}
    return Tried(**{**plain, **rows, "readings": readings, "kind": kind, "name": name, "comparison": comparison})


def _row(values: Sequence[Any] | None) -> Any:
    return None if values is None else tuple(values)


def best(ranks: Sequence[int]) -> frozenset[int]:
    """The slots that stand first."""
    return frozenset(slot for slot, rank in enumerate(ranks) if rank == min(ranks))


def winner(ranks: Sequence[int] | None) -> int | None:
    """The slot that alone stands first; None of a tie, or of nothing."""
    first = best(ranks) if ranks else frozenset()
    return next(iter(first)) if len(first) == 1 else None
