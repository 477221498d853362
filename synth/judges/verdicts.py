"""What a judge sees and what it says, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Ranks = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A comparison as a judge may see it: no authors. `texts` are by slot, as are `responses`, which are keys like
    `comparison` and `prompt`."""

    comparison: int
    prompt: int
    messages: tuple[Mapping[str, str], ...]
    texts: tuple[str, ...]
    system: str = ""
    reference: str | None = None
    contexts: tuple[Mapping[str, str], ...] = ()
    responses: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reply said, turned back to slots. `order` is slots as shown (None: each was shown alone).

    `ranks` None is unreadable. `probability`: that slot 0 beats slot 1. `ratings`: by slot, by attribute.
    `notes` say what else is worth keeping, such as where a probability comes from.
    """

    order: tuple[int, ...] | None
    sample: int
    ranks: Ranks | None
    strength: int | None = None
    probability: float | None = None
    ratings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rationale: str = ""
    raw: str = ""
    seconds: float = 0.0
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """All that a judge said about one item, and what that took now."""

    item: Item
    verdicts: tuple[Verdict, ...]
    tokens: int = 0
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """One item of which not all could be had: why, and what the other replies took."""

    error: Exception
    tokens: int = 0
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Derived:
    """What the verdicts come to. `flip`: the orders contradict each other, which is neither a tie nor a label."""

    outcome: Literal["consistent", "tie", "flip", "unreadable"]
    ranks: Ranks | None = None
    probability: float | None = None
