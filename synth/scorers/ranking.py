"""From scores to ranks, with a band inside which two scores are a tie."""

from collections.abc import Sequence


def ranks_of(scores: Sequence[float], band: float) -> list[int]:
    """Ranks by score, 1 the highest; who ties shares the rank (1, 1, 3).

    A score ties with the best one of its group while it lies no more than `band` below it (in the unit of the scores);
    the first one further away begins the next group. So a chain of small steps does not tie its two ends.
    """
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    ranks = [0] * len(scores)
    best, rank = float("inf"), 0
    for place, at in enumerate(order, start=1):
        if best - scores[at] > band:
            best, rank = scores[at], place
        ranks[at] = rank
    return ranks
