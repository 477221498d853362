"""The judge first writes the principles for this conversation, then scores all responses by them."""

from collections.abc import Sequence
from typing import Any

from synth.backends.protocol import Reply
from synth.judges import parsing, schemas
from synth.judges.methods.listwise import letters_of, shown_orders
from synth.judges.methods.questions import Answer, Question, asked, form, verdict_of
from synth.judges.parsing import Scale
from synth.judges.preparing import Prepared
from synth.judges.ranks import ranks_by_score
from synth.judges.templates import LETTERS
from synth.judges.verdicts import Item, Verdict
from synth.targets import Target

LOWEST, HIGHEST = 1, 10
ATTRIBUTE = "score"


def questions(judge: Prepared, target: Target, item: Item) -> list[Question]:
    letters = letters_of(item)
    lines = "\n".join(f"[[{letter}: SCORE]]" for letter in letters)
    schema = schemas.principles(letters, LOWEST, HIGHEST)
    wanted = form(target, "principles", schema, letters=", ".join(letters), lines=lines)
    return asked(judge, item, shown_orders(judge, item), wanted)


def read(judge: Prepared, question: Question, reply: Reply) -> Any | None:
    if reply.finish_reason == "length":
        return None
    return parsing.scores(reply.text, dict.fromkeys(LETTERS[: len(question.order)], Scale(LOWEST, HIGHEST)))


def verdicts(judge: Prepared, item: Item, answers: Sequence[Answer]) -> tuple[Verdict, ...]:
    """One vote an order and sample; those that stand by the same order of the responses are counted together."""
    return tuple(_verdict(judge, each) for each in answers)


def _verdict(judge: Prepared, answer: Answer) -> Verdict:
    if answer.said is None:
        return verdict_of(answer, None)
    order = answer.question.order
    scores = {slot: answer.said[LETTERS[place]] for place, slot in enumerate(order)}
    ranks = ranks_by_score([scores[slot] for slot in range(len(order))], judge.configuration.tie_band)
    return verdict_of(answer, ranks, ratings={str(slot): {ATTRIBUTE: scores[slot]} for slot in sorted(scores)})
