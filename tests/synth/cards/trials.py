"""Trials as a test says them."""

from typing import Any

from synth.cards.tried import Ranks, Reading, Tried

A, B, TIE = (1, 2), (2, 1), (1, 1)
STRAIGHT, TURNED = (0, 1), (1, 0)


def tried(truth: Ranks, *said: Ranks | None, lengths: tuple[int, int] = (10, 20), **fields: Any) -> Tried:
    """A pair read in both orders, or in as many as verdicts are given; what they come to is worked out plainly."""
    orders = fields.pop("orders", (STRAIGHT, TURNED))
    readings = tuple(Reading(order, ranks) for order, ranks in zip(orders, said, strict=False))
    if not said:
        outcome, ranks = "absent", None
    elif None in said:
        outcome, ranks = "unreadable", None
    elif len(set(said)) > 1:
        outcome, ranks = "flip", None
    else:
        outcome, ranks = "tie" if said[0] == TIE else "consistent", said[0]
    values: dict[str, Any] = {"kind": "gold", "name": "", "comparison": 1, "families": ("", "")}
    values |= {"outcome": outcome, "ranks": ranks, **fields}
    return Tried(truth=truth, lengths=lengths, readings=readings, **values)
