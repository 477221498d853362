"""Judge items with a model: ask all that is to be asked at once, read it, ask again for what cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import PrefereeError
from core.models import Project
from core.runs.steps import PermanentError
from synth.asking import ask
from synth.backends.protocol import Failure, Reply
from synth.judges.methods import listwise, pairwise, pointwise, principles
from synth.judges.methods.questions import Answer, Method, Question
from synth.judges.preparing import Prepared
from synth.judges.verdicts import Item, Judged, Unjudged
from synth.targets import Target
from synth.together import together

METHODS: Mapping[str, Method] = {
    "pairwise": pairwise,
    "pointwise": pointwise,
    "listwise": listwise,
    "principles": principles,
}


# While a server answers about some, the questions about others are written and the replies read.
ITEMS_AT_ONCE = 16


@dataclass(slots=True)
class Sheet:
    """All questions about one item with what was answered so far, by the question's number."""

    item: Item
    questions: list[Question]
    answers: dict[int, Answer] = field(default_factory=dict)
    failure: Failure | None = None
    tokens: int = 0
    cost: Decimal = Decimal(0)

    def unread(self) -> list[int]:
        """The numbers of what was not asked yet or could not be read; none where the item has failed."""
        if self.failure is not None:
            return []
        return [at for at in range(len(self.questions)) if at not in self.answers or self.answers[at].said is None]

    def take(self, judge: Prepared, at: int, reply: Reply | Failure) -> None:
        if not isinstance(reply, Reply):
            self.failure = reply
            return
        self.tokens += reply.tokens
        self.cost += reply.cost
        question = self.questions[at]
        self.answers[at] = Answer(question, reply, method_of(judge).read(judge, question, reply))


async def judge_items(
    project: Project, target: Target, judge: Prepared, items: Sequence[Item]
) -> list[Judged | Unjudged]:
    """All that the judge says about each item, in their order, or why that is not to be had.

    A reply that cannot be read is asked for again as often as the judge's `reasks` say, and the last one is kept.
    """
    group = ITEMS_AT_ONCE if target.address else max(1, len(items))  # a local model orders all requests by length
    groups = enumerate(range(0, len(items), group))
    found: dict[int, list[Judged | Unjudged]] = {}

    async def work() -> None:
        for number, at in groups:
            found[number] = await _judged(project, target, judge, items[at : at + group])

    await together(work() for _ in range(2 + 2 * target.concurrency // ITEMS_AT_ONCE))
    return [each for number in sorted(found) for each in found[number]]


def stop_for_good(said: Sequence[Judged | Unjudged]) -> None:
    """Raises PermanentError where the model can be asked nothing until a person does something."""
    for each in said:
        if isinstance(each, Unjudged) and isinstance(each.error, PermanentError):
            raise each.error


async def _judged(project: Project, target: Target, judge: Prepared, items: Sequence[Item]) -> list[Judged | Unjudged]:
    sheets = [_sheet(judge, target, item) for item in items]
    for attempt in range(1 + judge.configuration.reasks):
        waiting = [(sheet, at) for sheet in sheets for at in sheet.unread()]
        if not waiting:
            break
        samples = judge.configuration.samples
        requests = [sheet.questions[at].asked_again(attempt, samples) for sheet, at in waiting]
        for (sheet, at), reply in zip(waiting, await ask(project, target, requests), strict=True):
            sheet.take(judge, at, reply)
    return [_outcome(judge, sheet) for sheet in sheets]


def method_of(judge: Prepared) -> Method:
    return METHODS[judge.configuration.method]


def _sheet(judge: Prepared, target: Target, item: Item) -> Sheet:
    try:
        _check_reference(judge, item)
        return Sheet(item, method_of(judge).questions(judge, target, item))
    except PrefereeError as error:
        return Sheet(item, [], failure=error)


def _check_reference(judge: Prepared, item: Item) -> None:
    if judge.configuration.reference and not item.reference:
        raise PrefereeError("The judge is to see the reference answer, and the prompt has none.")


def _outcome(judge: Prepared, sheet: Sheet) -> Judged | Unjudged:
    if sheet.failure is not None:
        return Unjudged(sheet.failure, sheet.tokens, sheet.cost)
    answers = [sheet.answers[at] for at in range(len(sheet.questions))]
    return Judged(sheet.item, method_of(judge).verdicts(judge, sheet.item, answers), sheet.tokens, sheet.cost)
