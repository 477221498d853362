"""Which of two is better, and how much: 2, 3, 5 or 7 points, with a tie and both bad where they are offered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from annotate.kinds.elements import check_switch
from annotate.kinds.protocol import MAIN, NO_SUCH, BadAnswer, Fields, Question, Said, Shown, first
from annotate.kinds.stored import Verdict, verdict_in
from core.errors import PrefereeError
from core.labels.words import outcome_in_words

MOST_STRENGTHS = 3
LONGEST_WORD = 24


@dataclass(frozen=True, slots=True)
class Option:
    """`side` is the place on the screen (0 is A) that is better; None for a tie."""

    value: str
    label: str
    side: int | None
    strength: int | None
    both_bad: bool = False

    @property
    def says(self) -> str:
        return self.value if self.side is None else "better"


@dataclass(frozen=True, slots=True)
class View:
    options: tuple[Option, ...]
    choice: str


class Pairwise:
    name, fewest, most, may_be_main = "pairwise", 2, 2, True

    def says(self, question: Question) -> Collection[str]:
        return {option.says for option in pairwise_options(question)}

    def check(self, question: Question) -> None:
        check_switch(question, "tie", "both_bad")
        strengths = question.get("strengths")
        words = [str(word) for word in strengths] if isinstance(strengths, list) else []
        if not 1 <= len(words) <= MOST_STRENGTHS:
            raise PrefereeError(
                f"There are {len(words)} strengths. Write 1 to {MOST_STRENGTHS} words, the weakest first."
            )
        for word in words:
            if not word.strip() or len(word) > LONGEST_WORD:
                raise PrefereeError(
                    f"A strength has {len(word)} characters. Write one to {LONGEST_WORD}, like “slightly”."
                )
        if len({word.casefold() for word in words}) < len(words):
            raise PrefereeError("Two strengths are the same word. Write different ones.")

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        value = first(fields, question["id"])
        if not value:
            return False
        verdict = pairwise_verdict(question, value, shown.order)
        if question["id"] == MAIN:
            said.ranks, said.strength, said.both_bad = verdict.ranks, verdict.strength, verdict.both_bad
        else:
            said.answers[question["id"]] = {
                "ranks": verdict.ranks,
                "strength": verdict.strength,
                "both_bad": verdict.both_bad,
            }
        return True

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        verdict = verdict_in(question, said, shown.k)
        value = _value_of(question, verdict, shown) if verdict else ""
        return {question["id"]: [value]} if value else {}

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        chosen = first(fields, question["id"])
        return {option.says for option in pairwise_options(question) if option.value == chosen}

    def view(self, question: Question, fields: Fields, shown: Shown) -> View:
        return View(pairwise_options(question), first(fields, question["id"]))

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        verdict, words = verdict_in(question, said, len(letters)), question["strengths"]
        if verdict is None:
            return ""
        strength = verdict.strength or 0
        word = words[strength - 1] if 0 < strength <= len(words) else ""
        return outcome_in_words(verdict.ranks, both_bad=verdict.both_bad, strength=word, letters=letters)


def pairwise_options(question: Question) -> tuple[Option, ...]:
    """A much, A, A slightly, tie, B slightly, B, B much, both bad: as far as the question offers them."""
    return _options(tuple(question["strengths"]), bool(question.get("tie")), bool(question.get("both_bad")))


@lru_cache(maxsize=1_000)
def _options(words: tuple[str, ...], has_tie: bool, has_both_bad: bool) -> tuple[Option, ...]:
    strengths = list(enumerate(words, start=1))
    options = [Option(f"a{n}", f"A {word}", 0, n) for n, word in reversed(strengths)]
    if has_tie:
        options.append(Option("tie", "Tie", None, 0))
    options += [Option(f"b{n}", f"B {word}", 1, n) for n, word in strengths]
    if has_both_bad:
        options.append(Option("both_bad", "Both bad", None, 0, both_bad=True))
    return tuple(options)


def pairwise_verdict(question: Question, value: str, order: Sequence[int]) -> Verdict:
    """The answer `value` given while slot order[0] stood at A and slot order[1] at B.

    Raises BadAnswer where nothing was chosen or the question has no such option.
    """
    asked = str(question.get("id", MAIN))
    if not value:
        raise BadAnswer("Choose an answer first, then submit.", asked)
    option = next((option for option in pairwise_options(question) if option.value == value), None)
    if option is None:
        raise BadAnswer(NO_SUCH, asked)
    if option.side is None:
        return Verdict([1, 1], option.strength, option.both_bad)
    ranks = [2, 2]
    ranks[order[option.side]] = 1
    return Verdict(ranks, option.strength, both_bad=False)


def _value_of(question: Question, verdict: Verdict, shown: Shown) -> str:
    """The option that says this; nothing where the question has none, like for an import without a strength."""
    is_even = len(set(verdict.ranks)) == 1
    side = None if is_even else shown.place_of(verdict.ranks.index(min(verdict.ranks)))
    wanted = (side, verdict.strength, verdict.both_bad)
    options = pairwise_options(question)
    return next((each.value for each in options if (each.side, each.strength, each.both_bad) == wanted), "")
