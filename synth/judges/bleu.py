"""BLEU against a reference as a verdict (BLEUBERI, arXiv 2505.11080): the higher score wins, equal scores tie."""

from collections.abc import Sequence
from functools import cache
from typing import Any


@cache
def _metric() -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(effective_order=True)


def bleu(response: str, reference: str) -> float:
    """Sentence BLEU with effective order, 0 to 100, by sacrebleu; 0 for an empty response."""
    return float(_metric().sentence_score(response, [reference]).score) if response.strip() else 0.0


def signature() -> str:
    """What makes two BLEU scores comparable: sacrebleu's own signature."""
    metric = _metric()
    metric.sentence_score("a", ["a"])
    return str(metric.get_signature())


def ranks_of(scores: Sequence[float]) -> list[int]:
    """Ranks by score, 1 the highest; equal scores share the rank (1, 1, 3)."""
    return [1 + sum(other > score for other in scores) for score in scores]
