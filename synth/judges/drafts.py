"""A judge prompt that is still being written, on real comparisons: what a model would be sent, and what it says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core import audit
from core.errors import PrefereeError
from core.models import Comparison, Project, User
from core.runs.budget import spent_sentence
from core.runs.steps import TransientError
from synth.backends.protocol import Message
from synth.costing import planned_cost
from synth.judges.deriving import derived
from synth.judges.items import items_of
from synth.judges.judging import judge_items, method_of
from synth.judges.methods.questions import Question
from synth.judges.preparing import Prepared
from synth.judges.verdicts import Derived, Item, Judged, Unjudged
from synth.models import Kind
from synth.public_ids import public_in
from synth.targets import Target

TRIED = 5
ALL_SECONDS = 25.0  # below the timeout of a page
MOST_ORDERS = 2
# What a pairwise judge writes when it explains itself in a few sentences.
LIKELY_TOKENS = 250


@dataclass(frozen=True, slots=True)
class Told:
    """What the model is sent for one order of the responses, `letters` as it sees them."""

    letters: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one comparison: a failure's sentence, or verdicts and what they come to."""

    item: Item
    judged: Judged | None
    derived: Derived | None
    error: str = ""

    @property
    def asked(self) -> str:
        return first_words(self.item)

    @property
    def in_words(self) -> str:
        outcomes = {"flip": "Its orders contradict each other", "unreadable": "Unreadable"}
        return outcomes.get(self.derived.outcome, "") or ranks_in_words(self.derived.ranks) if self.derived else ""


def first_words(item: Item) -> str:
    """Of the last turn of the prompt."""
    return item.messages[-1]["content"][:300] if item.messages else ""


def comparison_at(project: Project, method: str, place: str, step: str = "") -> Comparison | None:
    """The comparison of this public id, or the `next` or `previous` one that the method can judge; the first else."""
    found = project.comparisons.filter(withdrawn=None, **_takes(method))
    here = project.comparisons.filter(public=public_in(place)).first() if place else None
    if here is not None and step == "next":
        return found.filter(pk__gt=here.pk).order_by("pk").first() or here
    if here is not None and step == "previous":
        return found.filter(pk__lt=here.pk).order_by("-pk").first() or here
    if here is not None and found.filter(pk=here.pk).exists():
        return here
    return found.order_by("pk").first()


def from_here(project: Project, method: str, comparison: Comparison) -> list[Item]:
    """This comparison and those behind it, as many as are tried."""
    found = project.comparisons.filter(withdrawn=None, pk__gte=comparison.pk, **_takes(method))
    return items_of(project, list(found.order_by("pk").values_list("pk", flat=True)[:TRIED]))


def told(judge: Prepared, target: Target, item: Item) -> list[Told]:
    """Raises PrefereeError where the method cannot take the comparison."""
    by_order: dict[tuple[int, ...], Question] = {}
    for question in method_of(judge).questions(judge, target, item):
        by_order.setdefault(question.order, question)
    shown = list(by_order.items())[:MOST_ORDERS]
    return [Told(_letters(order, item), question.request.messages) for order, question in shown]


def estimated(judge: Prepared, target: Target, items: Sequence[Item]) -> tuple[int, Decimal]:
    """How many replies these items take, and about what they cost; those that are stored already cost nothing."""
    replies, characters = 0, 0
    for item in items:
        try:
            questions = method_of(judge).questions(judge, target, item)
        except PrefereeError:
            continue
        replies += len(questions)
        characters += sum(len(each["content"]) for question in questions for each in question.request.messages)
    likely = min(LIKELY_TOKENS, judge.configuration.max_tokens)
    return replies, planned_cost(target, characters, replies, likely)


def check_may_try(project: Project, target: Target) -> None:
    """Raises PrefereeError where a page may not ask this endpoint for the project."""
    if target.kind == Kind.TRANSFORMERS:
        raise PrefereeError(
            f"{target.name} is a local model, which the workers load. Save the prompt and start a run with a limit."
        )
    if project.text_stays_inside and target.external:
        raise PrefereeError(f"{target.name} lies outside, and the text of {project.name} stays inside. Choose another.")
    if said := spent_sentence(project):
        raise PrefereeError(said)


def tried(project: Project, target: Target, judge: Prepared, items: Sequence[Item], *, by: User | None) -> list[Tried]:
    """Ask now, for as long as a page waits; what was replied until then is stored and asked no more."""
    check_may_try(project, target)
    outcomes = asyncio.run(_asked(project, target, judge, items))
    results = [_tried(judge, item, outcome) for item, outcome in zip(items, outcomes, strict=True)]
    cost = sum((each.cost for each in outcomes), Decimal(0))
    told = {"method": judge.configuration.method, "endpoint": target.name, "comparisons": len(items)}
    audit.record("judge_prompt.try", project=project, actor=by, target=judge.template.name, cost=str(cost), **told)
    return results


async def _asked(project: Project, target: Target, judge: Prepared, items: Sequence[Item]) -> list[Judged | Unjudged]:
    try:
        async with asyncio.timeout(ALL_SECONDS):
            return await judge_items(project, target, judge, items)
    except TimeoutError as error:
        raise PrefereeError(
            f"{target.name} took longer than {ALL_SECONDS:g} seconds. What it replied is stored: try again to go on."
        ) from error
    except TransientError as error:
        raise PrefereeError(str(error)) from error


def _tried(judge: Prepared, item: Item, outcome: Judged | Unjudged) -> Tried:
    if isinstance(outcome, Unjudged):
        return Tried(item, None, None, str(outcome.error))
    return Tried(item, outcome, derived(outcome.verdicts, judge.configuration.average))


def _takes(method: str) -> dict[str, int]:
    """By how many responses a comparison has."""
    return {"k": 2} if method == "pairwise" else {} if method == "pointwise" else {"k__gt": 1}


def ranks_in_words(ranks: Sequence[int] | None) -> str:
    """`response 2 is better`, `a tie`, `2, then 1 and 3`; slots are counted from 1."""
    if ranks is None:
        return "nothing that can be read"
    if max(ranks) == min(ranks):
        return "a tie"
    places = [[str(slot + 1) for slot, rank in enumerate(ranks) if rank == place] for place in sorted(set(ranks))]
    if len(ranks) == 2:
        return f"response {places[0][0]} is better"
    return ", then ".join(" and ".join(group) for group in places)


def _letters(order: Sequence[int], item: Item) -> str:
    if len(order) < len(item.texts):
        return f"for response {order[0] + 1} of {len(item.texts)}"
    return "with the responses in the order " + ", ".join(str(slot + 1) for slot in order)
