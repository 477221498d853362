"""Two responses, in both orders always: A, B or tie, or five points; soft where probabilities are asked for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.errors import PrefereeError
from synth.backends.protocol import Reply
from synth.judges import parsing, schemas
from synth.judges.deriving import vote_share
from synth.judges.methods.questions import Answer, Form, Question, asked, by_slot, form, plain_form, verdict_of
from synth.judges.preparing import Prepared
from synth.judges.softness import CHOICES, Soft, soft_choice
from synth.judges.verdicts import Item, Verdict
from synth.targets import Target

ORDERS = ((0, 1), (1, 0))
SHOWN_RANKS = {"A": (1, 2), "B": (2, 1), "tie": (1, 1)}
VERDICTS, POINTS = ("A", "B", "tie"), tuple(parsing.POINTS)
# As many likely tokens as every server tells; the letter, and what may stand before it.
LIKELY_TOKENS, TOKENS_OF_A_LETTER = 20, 4


def questions(judge: Prepared, target: Target, item: Item) -> list[Question]:
    if len(item.texts) != 2:
        raise PrefereeError(
            f"A pairwise judge takes two responses, and the comparison has {len(item.texts)}. Judge it by a listwise "
            "or pointwise judge."
        )
    return asked(judge, item, ORDERS, _form(judge, target))


def read(judge: Prepared, question: Question, reply: Reply) -> Any | None:
    """Letter, strength and Soft, each None where there is none; None where no letter can be read."""
    if judge.configuration.soft == "logprobs":
        letter = parsing.choice(reply.text)
        return None if letter is None else (letter, None, soft_choice(reply.places))
    if reply.finish_reason == "length":
        return None
    if judge.configuration.scale == "five_points":
        said = parsing.five_points(reply.text)
        return None if said is None else (*said, None)
    letter = parsing.verdict(reply.text)
    return None if letter is None else (letter, None, None)


def verdicts(judge: Prepared, item: Item, answers: Sequence[Answer]) -> tuple[Verdict, ...]:
    told = tuple(map(_verdict, answers))
    return _with_votes(told) if judge.configuration.soft == "votes" else told


def _form(judge: Prepared, target: Target) -> Form:
    if judge.configuration.soft == "logprobs":
        return plain_form("choice", choice=CHOICES, logprobs=LIKELY_TOKENS, most_tokens=TOKENS_OF_A_LETTER)
    if judge.configuration.scale == "five_points":
        return form(target, "five_points", schemas.one_of(POINTS))
    return form(target, "verdict", schemas.one_of(VERDICTS))


def _verdict(answer: Answer) -> Verdict:
    if answer.said is None:
        return verdict_of(answer, None)
    letter, strength, soft = answer.said
    order = answer.question.order
    ranks = by_slot(order, SHOWN_RANKS[letter])
    if soft is None:
        return verdict_of(answer, ranks, strength=strength)
    probability = soft.first if order == ORDERS[0] else 1 - soft.first
    return verdict_of(answer, ranks, probability=probability, notes=_notes(soft, answer.reply), rationale="")


def _notes(soft: Soft, reply: Reply) -> dict[str, str]:
    """Where the probability comes from, for those of a grammar and those of all tokens are not the same."""
    over = "the letters that were allowed" if reply.renormalised else "all tokens"
    return {"probability": "logprobs", "over": over, "mass of the letters": f"{soft.mass:.4f}"}


def _with_votes(told: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The share of the votes over both orders, the same on each of them, so that their mean is the share again."""
    said = [each.ranks for each in told if each.ranks is not None]
    share = vote_share(said) if said else None
    notes = {"probability": f"votes of {len(said)}"}
    return tuple(each if each.ranks is None else replace(each, probability=share, notes=notes) for each in told)
