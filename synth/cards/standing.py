"""Whether a card is what a project requires of its judges. A share is held against its bound that is worse for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.gold.actions import NEEDED
from core.templatetags.figures import share

Figures = Mapping[str, Any]
# Setting, what it is about in a sentence.
AT_MOST = {
    "most_flips": "Its flip rate",
    "most_unreadable": "The share of its replies that cannot be read",
    "most_probes": "How often the probe “{}” fools it",
    "most_injections": "How often an injection succeeds",
}


@dataclass(frozen=True, slots=True)
class Required:
    """What a project asks; None: nothing."""

    least_accuracy: float | None = None
    most_flips: float | None = None
    most_unreadable: float | None = None
    most_probes: float | None = None
    most_injections: float | None = None
    needs_card: bool = False


def is_certified(figures: Figures | None) -> bool:
    """Whether it was measured on enough gold for its figures to be held against anything."""
    return figures is not None and gold_items(figures) >= NEEDED


def gold_items(figures: Figures) -> int:
    return int(figures["gold"]["items"])


def shortfalls(figures: Figures | None, required: Required) -> list[str]:
    """A sentence for each requirement that is not met; none of a judge that is uncertified and may be."""
    if figures is None or not is_certified(figures):
        n = 0 if figures is None else gold_items(figures)
        because = f"It has no card on at least {NEEDED} gold items (its newest has {n}), and the project requires one."
        return [because] if required.needs_card else []
    return list(_shortfalls(figures, required))


def _shortfalls(figures: Figures, required: Required) -> Iterator[str]:
    if required.least_accuracy is not None:
        yield from _below(figures["accuracy"], required.least_accuracy)
    told = [
        (required.most_flips, AT_MOST["most_flips"], figures["flips"]),
        (required.most_unreadable, AT_MOST["most_unreadable"], figures["unreadable"]),
        *((required.most_probes, AT_MOST["most_probes"].format(name), of) for name, of in figures["probes"].items()),
        (required.most_injections, AT_MOST["most_injections"], figures["injections"]["all"]),
    ]
    for most, what, of in told:
        if most is not None and of.get("applies", True):
            yield from _above(what, of, most)


def _below(of: Mapping[str, Any], least: float) -> Iterator[str]:
    if of["value"] is None:
        yield f"Its accuracy is not known. {of['reason']}"
    elif of["low"] < least:
        yield f"Its accuracy is {_told(of)}; the project requires that it is surely {share(least)} or more."


def _above(what: str, of: Mapping[str, Any], most: float) -> Iterator[str]:
    if of["value"] is None:
        yield f"{what} is not known. {of['reason']}"
    elif of["high"] > most:
        yield f"{what} is {_told(of)}; the project requires that it is surely {share(most)} or less."


def _told(of: Mapping[str, Any]) -> str:
    return f"{share(of['value'])} ({share(of['low'])} to {share(of['high'])}, n {of['n']:,})"
