"""The main question as the annotator sees it: options from the left answer to the right one, and what each means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import PrefereeError

SIDES = ("A", "B")


class BadAnswer(PrefereeError):
    """An answer that the question set does not offer; the text goes beside the question."""


@dataclass(frozen=True, slots=True)
class Option:
    """`side` is the place on the screen (0 is A) that is better; None for a tie."""

    value: str
    label: str
    side: int | None
    strength: int | None
    both_bad: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer in canonical slots, whatever the order on the screen was."""

    ranks: list[int]
    strength: int | None
    both_bad: bool


def pairwise_options(question: Mapping[str, Any]) -> list[Option]:
    """A much, A, A slightly, tie, B slightly, B, B much, both bad: as far as the question offers them."""
    strengths = list(enumerate(question["strengths"], start=1))
    options = [Option(f"a{n}", f"A {word}", 0, n) for n, word in reversed(strengths)]
    if question.get("tie"):
        options.append(Option("tie", "Tie", None, 0))
    options += [Option(f"b{n}", f"B {word}", 1, n) for n, word in strengths]
    if question.get("both_bad"):
        options.append(Option("both_bad", "Both bad", None, 0, both_bad=True))
    return options


def pairwise_verdict(question: Mapping[str, Any], value: str, order: Sequence[int]) -> Verdict:
    """The answer `value` given while slot order[0] stood at A and slot order[1] at B.

    Raises BadAnswer where nothing was chosen or the question has no such option.
    """
    if not value:
        raise BadAnswer("Choose an answer first, then submit.")
    option = next((option for option in pairwise_options(question) if option.value == value), None)
    if option is None:
        raise BadAnswer("This question has no such answer. Reload the page and choose again.")
    if option.side is None:
        return Verdict([1, 1], option.strength, option.both_bad)
    ranks = [2, 2]
    ranks[order[option.side]] = 1
    return Verdict(ranks, option.strength, both_bad=False)


def ranking_verdict(value: str, k: int) -> Verdict:
    """The answer `value` to “rank these k”: a rank for each slot, with commas; equal ranks tie, gaps are closed.

    Raises BadAnswer where a rank is missing or is none of 1 to k.
    """
    ranks = [int(rank) if rank.isascii() and rank.isdigit() and len(rank) <= 2 else 0 for rank in value.split(",")]
    if len(ranks) != k or not all(1 <= rank <= k for rank in ranks):
        raise BadAnswer(f"Give every response a rank from 1 to {k}; equal ranks tie.")
    steps = sorted(set(ranks))
    return Verdict([steps.index(rank) + 1 for rank in ranks], None, both_bad=False)
