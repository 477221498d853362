"""Each response alone, by a rubric; the mean over its criteria makes the ranks."""

from collections.abc import Sequence
from typing import Any

from core.errors import PrefereeError
from synth.backends.protocol import Reply
from synth.judges import parsing, schemas
from synth.judges.criteria import RubricVersion
from synth.judges.methods.questions import Answer, Question, asked, form
from synth.judges.parsing import Scale
from synth.judges.preparing import Prepared
from synth.judges.ranks import ranks_by_score
from synth.judges.verdicts import Item, Verdict
from synth.targets import Target


def questions(judge: Prepared, target: Target, item: Item) -> list[Question]:
    """What is asked about a response does not depend on the comparison that it is in, so it is asked once for all."""
    rubric = _rubric(judge)
    names = ", ".join(f"{each.name} ({each.lowest} to {each.highest})" for each in rubric.criteria)
    lines = "\n".join(f"[[{each.name}: SCORE]]" for each in rubric.criteria)
    wanted = form(target, "ratings", schemas.ratings(rubric.criteria), names=names, lines=lines)
    return asked(judge, item, [(slot,) for slot in range(len(item.texts))], wanted)


def read(judge: Prepared, question: Question, reply: Reply) -> Any | None:
    if reply.finish_reason == "length":
        return None
    scales = {each.name: Scale(each.lowest, each.highest) for each in _rubric(judge).criteria}
    return parsing.scores(reply.text, scales)


def verdicts(judge: Prepared, item: Item, answers: Sequence[Answer]) -> tuple[Verdict, ...]:
    """One a sample, over all responses; unreadable where the rating of one of them is."""
    samples = sorted({each.question.sample for each in answers})
    by_place = {(each.question.sample, each.question.order[0]): each for each in answers}
    slots = range(len(item.texts))
    return tuple(_verdict(judge, sample, [by_place[sample, slot] for slot in slots]) for sample in samples)


def _verdict(judge: Prepared, sample: int, answers: Sequence[Answer]) -> Verdict:
    rated = {str(slot): each.said for slot, each in enumerate(answers) if each.said is not None}
    means = [_rubric(judge).mean(scores) for scores in rated.values()]
    return Verdict(
        order=None,
        sample=sample,
        ranks=ranks_by_score(means, judge.configuration.tie_band) if len(means) == len(answers) else None,
        ratings=rated,
        rationale=_joined([parsing.explanation(each.reply.text) for each in answers]),
        raw=_joined([each.reply.text for each in answers]),
        seconds=sum(each.reply.seconds for each in answers),
    )


def _joined(texts: Sequence[str]) -> str:
    """By slot, each under its number."""
    return "\n\n".join(f"[slot {slot}]\n{text}" for slot, text in enumerate(texts)) if any(texts) else ""


def _rubric(judge: Prepared) -> RubricVersion:
    if judge.rubric is None:
        raise PrefereeError("A pointwise judge needs a rubric.")
    return judge.rubric
