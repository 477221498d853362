"""Two judges on the gold items that both were tried on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synth.cards.estimates import Estimate, Paired, difference, paired
from synth.cards.keeping import trials_of
from synth.cards.tried import Tried
from synth.models import Card


@dataclass(frozen=True, slots=True)
class Contrast:
    """One question asked of both on the same items; `by` is how much more often the second does it."""

    name: str
    pairs: Paired
    by: Estimate


QUESTIONS: Mapping[str, Callable[[Tried], bool]] = {
    "Right": lambda trial: trial.is_right,
    "Speaks with one voice": lambda trial: trial.ranks is not None,
    "Flips with the order": lambda trial: trial.outcome == "flip",
}


def contrasts(first: Card, second: Card) -> list[Contrast]:
    """With McNemar's exact test on each, over what both cards hold."""
    one, other = _gold(first), _gold(second)
    common = sorted(one.keys() & other.keys())
    return [_contrast(name, asked, [(one[pk], other[pk]) for pk in common]) for name, asked in QUESTIONS.items()]


def _contrast(name: str, asked: Callable[[Tried], bool], both: list[tuple[Tried, Tried]]) -> Contrast:
    pairs = paired([asked(first) for first, _ in both], [asked(second) for _, second in both])
    return Contrast(name, pairs, difference(pairs))


def _gold(card: Card) -> dict[int, Tried]:
    """The same answer to the same comparison, so that another version of the set counts where it says the same."""
    return {trial.comparison: trial for trial in trials_of(card) if trial.kind == "gold"}
