"""Which comparisons n responses make. Arithmetic on the responses of one prompt; equal texts are never compared."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb
from typing import Literal, NamedTuple

Policy = Literal["all_pairs", "random_pairs", "model_pairs", "list", "best_random", "best_worst"]
# Those that go by a score.
BY_SCORE: tuple[Policy, ...] = ("best_random", "best_worst")


class Candidate(NamedTuple):
    """In canonical slot order as it sorts: content hash, then author. `score` is None where it has none."""

    content_key: bytes
    author_kind: str
    author: str
    key: bytes
    id: int
    score: float | None = None


Group = tuple[Candidate, ...]


def groups(policy: Policy, candidates: Sequence[Candidate], *, pairs: int, rng: random.Random) -> list[Group]:
    """The comparisons of one prompt, each a group of candidates in canonical order.

    `pairs` is the number that `random_pairs` draws, without replacement; fewer where there are not so many.
    """
    return _POLICIES[policy](sorted(candidates), pairs, rng)


def count(policy: Policy, candidates: Sequence[Candidate], *, pairs: int) -> int:
    """How many comparisons `groups` would make of these candidates, without making them."""
    if policy == "list":
        return int(len({candidate.content_key for candidate in candidates}) > 1)
    if policy == "model_pairs":
        texts: dict[tuple[str, str], set[bytes]] = defaultdict(set)
        for candidate in candidates:
            if candidate.author:
                texts[candidate.author_kind, candidate.author].add(candidate.content_key)
        return sum(len(one | other) > 1 for one, other in combinations(texts.values(), 2))
    if policy in BY_SCORE:
        return int(bool(_below_best(candidates)))
    equal = Counter(candidate.content_key for candidate in candidates)
    possible = comb(len(candidates), 2) - sum(comb(n, 2) for n in equal.values())
    return possible if policy == "all_pairs" else min(pairs, possible)


def _all_pairs(candidates: Sequence[Candidate], pairs: int, rng: random.Random) -> list[Group]:
    return [pair for pair in combinations(candidates, 2) if pair[0].content_key != pair[1].content_key]


def _random_pairs(candidates: Sequence[Candidate], pairs: int, rng: random.Random) -> list[Group]:
    possible = _all_pairs(candidates, pairs, rng)
    return rng.sample(possible, min(pairs, len(possible)))


def _model_pairs(candidates: Sequence[Candidate], pairs: int, rng: random.Random) -> list[Group]:
    """For every two authors one pair, drawn from their responses; responses without an author take no part."""
    by_author: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.author:
            by_author[candidate.author_kind, candidate.author].append(candidate)
    drawn = []
    for one, other in combinations(sorted(by_author), 2):
        possible = [(a, b) for a in by_author[one] for b in by_author[other] if a.content_key != b.content_key]
        if possible:
            drawn.append(tuple(sorted(rng.choice(possible))))
    return drawn


def _list(candidates: Sequence[Candidate], pairs: int, rng: random.Random) -> list[Group]:
    """One list of all distinct texts, the first author's where several wrote the same."""
    distinct = {candidate.content_key: candidate for candidate in reversed(candidates)}
    everyone = tuple(sorted(distinct.values()))
    return [everyone] if len(everyone) > 1 else []


def _best_random(candidates: Sequence[Candidate], pairs: int, rng: random.Random) -> list[Group]:
    """The best by its score and a random one below it (CDR, arXiv 2411.02481), from the n samples of a prompt."""
    return [_pair(best, rng.choice(others)) for best, others in _below_best(candidates)]


def _best_worst(candidates: Sequence[Candidate], pairs: int, rng: random.Random) -> list[Group]:
    return [_pair(best, min(others, key=_score)) for best, others in _below_best(candidates)]


def _below_best(candidates: Sequence[Candidate]) -> list[tuple[Candidate, list[Candidate]]]:
    """The best by its score with all that have another text and a lower score; nothing where there is none.

    What has no score takes no part. Of several best ones it is the first in canonical order.
    """
    scored = sorted(candidate for candidate in candidates if candidate.score is not None)
    best = max(scored, key=_score, default=None)
    if best is None:
        return []
    others = [each for each in scored if _score(each) < _score(best) and each.content_key != best.content_key]
    return [(best, others)] if others else []


def _score(candidate: Candidate) -> float:
    return float("-inf") if candidate.score is None else candidate.score


def _pair(one: Candidate, other: Candidate) -> Group:
    return (one, other) if one < other else (other, one)


_POLICIES: dict[Policy, Callable[[Sequence[Candidate], int, random.Random], list[Group]]] = {
    "all_pairs": _all_pairs,
    "random_pairs": _random_pairs,
    "model_pairs": _model_pairs,
    "list": _list,
    "best_random": _best_random,
    "best_worst": _best_worst,
}
