"""What a judgment holds, as far as it has the shape that a question gives it: an import may have put anything there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from annotate.kinds.protocol import MAIN, Question, Said


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer in canonical slots, whatever the order on the screen was."""

    ranks: list[int]
    strength: int | None
    both_bad: bool
    partial: bool = False


def verdict_in(question: Question, said: Said, k: int) -> Verdict | None:
    """Of the main question, or of another one that compares too."""
    if question["id"] == MAIN:
        return None if said.ranks is None else Verdict(said.ranks, said.strength, said.both_bad, said.partial)
    stored = said.answers.get(question["id"])
    if not isinstance(stored, Mapping):
        return None
    ranks, strength = stored.get("ranks"), stored.get("strength")
    if not isinstance(ranks, list) or len(ranks) != k or not all(is_whole(rank) and 1 <= rank <= k for rank in ranks):
        return None
    known = strength if is_whole(strength) else None
    return Verdict(ranks, known, stored.get("both_bad") is True, stored.get("partial") is True)


def by_slot(stored: Any, k: int) -> dict[str, Any]:
    """In the order of the slots."""
    if not isinstance(stored, Mapping):
        return {}
    return {str(slot): stored[str(slot)] for slot in range(k) if str(slot) in stored}


def words_among(stored: Any, offered: Collection[str]) -> list[str]:
    """One word or several, as far as they are offered, in that order."""
    words = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
    return [word for word in offered if word in words]


def is_whole(number: object) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool)
