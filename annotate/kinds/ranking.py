"""The best first: ranks of several responses, where equal ones tie and some may be left unranked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from annotate.kinds.elements import check_switch
from annotate.kinds.protocol import MAIN, NO_SUCH, BadAnswer, Fields, Question, Said, Shown, first
from annotate.kinds.ranks import ranks_by
from annotate.kinds.rows import name_of
from annotate.kinds.stored import Verdict, verdict_in
from core.labels.words import outcome_in_words
from core.models.comparison import MOST_CANDIDATES

BOTH_BAD = "both_bad"


@dataclass(frozen=True, slots=True)
class Card:
    """A response to be ranked; `rank` is what stands in its field, nothing where it is unranked."""

    field: str
    place: int
    letter: str
    rank: str


@dataclass(frozen=True, slots=True)
class View:
    """`ranks` are those that can be given."""

    cards: Sequence[Card]
    ranks: Sequence[str]
    all_bad: bool
    offers_all_bad: bool


class Ranking:
    """Who finds all of them bad ranks none: ranks that are still in the form do not count then."""

    name, fewest, most, may_be_main = "ranking", 2, MOST_CANDIDATES, True

    def says(self, question: Question) -> Collection[str]:
        return {"ranked"} | ({"tie"} if question.get("ties") else set()) | _all_bad(question)

    def check(self, question: Question) -> None:
        check_switch(question, "ties", "partial", "both_bad")

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        verdict = _verdict(question, fields, shown)
        if verdict is None:
            return False
        if question["id"] == MAIN:
            said.ranks, said.partial, said.both_bad = verdict.ranks, verdict.partial, verdict.both_bad
        else:
            said.answers[question["id"]] = {
                "ranks": verdict.ranks,
                "partial": verdict.partial,
                "both_bad": verdict.both_bad,
            }
        return True

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        verdict = verdict_in(question, said, shown.k)
        if verdict is None:
            return {}
        if verdict.both_bad:
            return {question["id"]: [BOTH_BAD]}
        ranks = [verdict.ranks[slot] for slot in shown.order]
        return {
            name_of(question, place): [str(rank)]
            for place, rank in enumerate(ranks)
            if not (verdict.partial and rank == shown.k)
        }

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        if first(fields, question["id"]) == BOTH_BAD:
            return _all_bad(question)
        ranks = [rank for rank in _typed(question, fields, shown) if rank]
        has_ties = bool(question.get("ties")) and len(set(ranks)) < len(ranks)
        return ({"ranked"} if ranks else set()) | ({"tie"} if has_ties else set())

    def view(self, question: Question, fields: Fields, shown: Shown) -> View:
        typed = _typed(question, fields, shown)
        cards = [
            Card(name_of(question, place), place, letter, rank)
            for place, (letter, rank) in enumerate(zip(shown.letters, typed, strict=True))
        ]
        all_bad = first(fields, question["id"]) == BOTH_BAD
        return View(cards, [str(rank) for rank in range(1, shown.k + 1)], all_bad, bool(_all_bad(question)))

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        verdict = verdict_in(question, said, len(letters))
        if verdict is None:
            return ""
        return outcome_in_words(verdict.ranks, both_bad=verdict.both_bad, partial=verdict.partial, letters=letters)


def ranking_verdict(value: str, k: int) -> Verdict:
    """The answer `value` to “rank these k”: ranks by slot, with commas; equal ranks tie, gaps do not count.

    Raises BadAnswer where a rank is missing or is none of 1 to k.
    """
    ranks = [_number(rank) for rank in value.split(",")]
    if len(ranks) != k or not all(1 <= rank <= k for rank in ranks):
        raise BadAnswer(f"Give every response a rank from 1 to {k}; equal ranks tie.")
    return Verdict(ranks_by(ranks), None, both_bad=False)


def _verdict(question: Question, fields: Fields, shown: Shown) -> Verdict | None:
    """In slots; None where nothing is ranked."""
    if choice := first(fields, question["id"]):
        if choice != BOTH_BAD or not _all_bad(question):
            raise BadAnswer(NO_SUCH, question["id"])
        return Verdict([1] * shown.k, None, both_bad=True)
    typed = _typed(question, fields, shown)
    if not any(typed):
        return None
    ranks = [_number(rank) if rank else 0 for rank in typed]
    _refuse_unfit(question, typed, ranks, shown)
    closed = ranks_by([rank for rank in ranks if rank])
    by_place = [closed.pop(0) if rank else shown.k for rank in ranks]
    by_slot = [by_place[shown.place_of(slot)] for slot in range(shown.k)]
    return Verdict(by_slot, None, both_bad=False, partial=0 in ranks)


def _refuse_unfit(question: Question, typed: Sequence[str], ranks: Sequence[int], shown: Shown) -> None:
    name = question["id"]
    for letter, text, rank in zip(shown.letters, typed, ranks, strict=True):
        if text and not 1 <= rank <= shown.k:
            raise BadAnswer(f"{letter} has no rank from 1 to {shown.k}. Give it one, then submit.", name)
        if not text and not question.get("partial"):
            raise BadAnswer(f"{letter} has no rank yet. Give every response one, then submit.", name)
    given = [rank for rank in ranks if rank]
    if len(set(given)) < len(given) and not question.get("ties"):
        twice = next(rank for rank in given if given.count(rank) > 1)
        raise BadAnswer(f"Rank {twice} is given twice, and this question has no ties. Give each its own.", name)


def _typed(question: Question, fields: Fields, shown: Shown) -> list[str]:
    """By place."""
    return [first(fields, name_of(question, place)).strip() for place in range(shown.k)]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else 0


def _all_bad(question: Question) -> set[str]:
    return {BOTH_BAD} if question.get("both_bad") else set()
