"""From the votes on one comparison to its label: more than half decides, and nothing less does."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Literal

Ranks = tuple[int, ...]
Tier = Literal["review", "gold", "people", "judges"]
Sources = Literal["people_first", "people", "judges", "all"]

# Each group of tiers votes together; a later group is asked only when no earlier one holds a vote.
ORDER: dict[Sources, tuple[tuple[Tier, ...], ...]] = {
    "people_first": (("review",), ("gold",), ("people",), ("judges",)),
    "people": (("review",), ("gold",), ("people",)),
    "judges": (("review",), ("gold",), ("judges",)),
    "all": (("review",), ("gold",), ("people", "judges")),
}


@dataclass(frozen=True, slots=True)
class Vote:
    """One judgment: `ranks` by slot (1 is best, equal ranks tie); both bad counts as all slots tied."""

    judge: int
    tier: Tier
    ranks: Ranks
    both_bad: bool = False
    strength: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the votes on one comparison say; `ranks` None is undecided, which is neither a tie nor a label.

    `probability` is (voters for slot 0 + half the ties) / voters, `margin` is |2p - 1|; both only for two slots.
    `strength` is the mean over the winning voters who gave one. `votes` counts every voter once, by ranks ("1,2") or
    under "both_bad". `tier` is the one asked, "all" where people and judges were pooled, None without a voter.
    """

    ranks: Ranks | None
    both_bad: bool
    probability: float | None
    margin: float | None
    strength: float | None
    votes: dict[str, int]
    tier: Tier | Literal["all"] | None


@dataclass(frozen=True, slots=True)
class _Voice:
    ranks: Ranks
    both_bad: bool
    strength: float | None


def decide(votes: Sequence[Vote], sources: Sources = "people_first") -> Decision:
    """Label one comparison by strict majority over judges, the whole ranking being the vote.

    A judge has one voice: that of its own repeats (samples, orders; see `voice_of`), or none. Review comes
    before gold and gold before the rest under every `sources`. A tier whose votes are split, or whose judges contradict
    themselves, is undecided: the next tier never breaks it.

    Raises ValueError when votes rank different numbers of slots.
    """
    if len({len(vote.ranks) for vote in votes}) > 1:
        raise ValueError("The votes on one comparison rank different numbers of slots. Give decide one comparison.")
    for tiers in ORDER[sources]:
        asked = [vote for vote in votes if vote.tier in tiers]
        if asked:
            spoke = {vote.tier for vote in asked}
            return _count(_voices(asked), spoke.pop() if len(spoke) == 1 else "all")
    return _count([], None)


def voice_of(said: Sequence[Ranks]) -> Ranks | None:
    """What one judge says with all its repeats: the ranks of more than half of them.

    A list of three or more that it hardly says twice alike goes by the mean rank of each slot. None where the repeats
    contradict each other: two orders of a pair, or a list whose mean ranks are all equal.
    """
    dense = [_without_gaps(ranks) for ranks in said]
    return _more_than_half(dense) or _mean_order(dense)


def _voices(votes: Iterable[Vote]) -> list[_Voice]:
    # A person and a model never share an id, so in a pooled vote the id alone says who speaks.
    by_judge = groupby(sorted(votes, key=attrgetter("judge")), key=attrgetter("judge"))
    voices = (_voice(list(repeats)) for _, repeats in by_judge)
    return [voice for voice in voices if voice is not None]


def _voice(repeats: list[Vote]) -> _Voice | None:
    ranks = voice_of([_dense(vote) for vote in repeats])
    if ranks is None:
        return None
    both_bad = 2 * sum(vote.both_bad for vote in repeats) > len(repeats)
    return _Voice(ranks, both_bad, _mean(vote.strength for vote in repeats if _dense(vote) == ranks))


def _count(voices: list[_Voice], tier: Tier | Literal["all"] | None) -> Decision:
    ranks = _more_than_half([voice.ranks for voice in voices])
    probability = _probability(voices)
    return Decision(
        ranks=ranks,
        both_bad=2 * sum(voice.both_bad for voice in voices) > len(voices),
        probability=probability,
        margin=None if probability is None else abs(2 * probability - 1),
        strength=_mean(voice.strength for voice in voices if voice.ranks == ranks),
        votes=dict(sorted(Counter(_text(voice) for voice in voices).items())),
        tier=tier if voices else None,
    )


def _dense(vote: Vote) -> Ranks:
    """The same order in ranks without gaps, so that 1,3,3 and 1,2,2 are one vote."""
    if vote.both_bad:
        return (1,) * len(vote.ranks)
    return _without_gaps(vote.ranks)


def _without_gaps(ranks: Ranks) -> Ranks:
    steps = sorted(set(ranks))
    return tuple(steps.index(rank) + 1 for rank in ranks)


def _mean_order(said: Sequence[Ranks]) -> Ranks | None:
    """By the sum of each slot's midranks, which is Borda's count turned round."""
    if not said or len(said[0]) < 3:
        return None
    sums = [sum(_midrank(ranks, slot) for ranks in said) for slot in range(len(said[0]))]
    order = _without_gaps(tuple(sums))
    return order if max(order) > 1 else None


def _midrank(ranks: Ranks, slot: int) -> int:
    """Twice the rank that the slot has when those level with it share the mean of their places."""
    return 2 * sum(rank < ranks[slot] for rank in ranks) + sum(rank == ranks[slot] for rank in ranks)


def _more_than_half(choices: Sequence[Ranks]) -> Ranks | None:
    if not choices:
        return None
    choice, count = Counter(choices).most_common(1)[0]
    return choice if 2 * count > len(choices) else None


def _probability(voices: list[_Voice]) -> float | None:
    if not voices or len(voices[0].ranks) != 2:
        return None
    return sum(1 + voice.ranks[1] - voice.ranks[0] for voice in voices) / (2 * len(voices))


def _mean(values: Iterable[float | None]) -> float | None:
    said = [value for value in values if value is not None]
    return sum(said) / len(said) if said else None


def _text(voice: _Voice) -> str:
    return "both_bad" if voice.both_bad else ",".join(map(str, voice.ranks))
