"""All responses at once, in several orders of which each second one is the reverse of the one before."""

from collections.abc import Sequence
from typing import Any

from core.errors import PrefereeError
from core.ids import key_of
from synth.backends.protocol import Reply
from synth.judges import parsing, schemas
from synth.judges.methods.questions import Answer, Question, asked, by_slot, form, verdict_of
from synth.judges.preparing import Prepared
from synth.judges.ranks import Order, orders_of
from synth.judges.templates import LETTERS
from synth.judges.verdicts import Item, Verdict
from synth.targets import Target


def questions(judge: Prepared, target: Target, item: Item) -> list[Question]:
    letters = letters_of(item)
    example = " > ".join(letters[:2]) if len(letters) == 2 else " > ".join([*letters[1:-1], f"{letters[-1]} = A"])
    names = ", ".join(letters)
    wanted = form(target, "ranking", schemas.ranking(letters), letters=names, example=f"[[{example}]]")
    return asked(judge, item, shown_orders(judge, item), wanted)


def read(judge: Prepared, question: Question, reply: Reply) -> Any | None:
    if reply.finish_reason == "length":
        return None
    return parsing.ranking(reply.text, LETTERS[: len(question.order)])


def verdicts(judge: Prepared, item: Item, answers: Sequence[Answer]) -> tuple[Verdict, ...]:
    return tuple(
        verdict_of(each, None if each.said is None else by_slot(each.question.order, each.said)) for each in answers
    )


def letters_of(item: Item) -> str:
    """The names of the responses. Raises PrefereeError where there are more than letters."""
    if len(item.texts) > len(LETTERS):
        raise PrefereeError(
            f"The comparison has {len(item.texts)} responses, and a judge that sees them together names at most "
            f"{len(LETTERS)}. Judge it by a pointwise judge."
        )
    return LETTERS[: len(item.texts)]


def shown_orders(judge: Prepared, item: Item) -> list[Order]:
    """They hang on the texts and the judge's seed, so they are the same in every run."""
    seed = f"{judge.configuration.seed}:{key_of(*item.texts).hex()}"
    return orders_of(len(item.texts), judge.configuration.shuffles, seed)
