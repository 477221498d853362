"""The best first: ranks of several responses, where equal ones tie."""

from annotate.kinds.pairwise import Verdict
from annotate.kinds.protocol import BadAnswer


def ranking_verdict(value: str, k: int) -> Verdict:
    """The answer `value` to “rank these k”: a rank for each slot, with commas; equal ranks tie, gaps are closed.

    Raises BadAnswer where a rank is missing or is none of 1 to k.
    """
    ranks = [int(rank) if rank.isascii() and rank.isdigit() and len(rank) <= 2 else 0 for rank in value.split(",")]
    if len(ranks) != k or not all(1 <= rank <= k for rank in ranks):
        raise BadAnswer(f"Give every response a rank from 1 to {k}; equal ranks tie.")
    steps = sorted(set(ranks))
    return Verdict([steps.index(rank) + 1 for rank in ranks], None, both_bad=False)
