"""Which comparisons a model judge has still to judge, and what that will take."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from core.errors import PrefereeError
from core.models import Comparison, Judge, Judgment, Project
from synth.costing import planned_cost, tokens_of
from synth.judges.items import items_of
from synth.judges.judging import method_of
from synth.judges.preparing import Prepared
from synth.judges.templates import LETTERS
from synth.targets import Target

SAMPLED = 100
# What an explained verdict takes, as a rule; a letter by itself takes few.
TOKENS_OF_A_REPLY, TOKENS_OF_A_LETTER = 250, 2


@dataclass(frozen=True, slots=True)
class Estimate:
    """From some comparisons, drawn at random, for all."""

    calls: int
    tokens: int
    cost: Decimal


def fitting(project: Project, judge: Prepared, tags: Sequence[str]) -> QuerySet[Comparison]:
    """The comparisons that the method can take."""
    configuration = judge.configuration
    found = Comparison.objects.filter(project=project, withdrawn=None, k__gte=2)
    if configuration.method == "pairwise":
        found = found.filter(k=2)
    elif configuration.method != "pointwise":
        found = found.filter(k__lte=len(LETTERS))
    if configuration.reference:
        found = found.filter(prompt__reference__isnull=False).exclude(prompt__reference="")
    return found.filter(prompt__tags__overlap=list(tags)) if tags else found


def waiting(comparisons: QuerySet[Comparison], judge: Judge) -> QuerySet[Comparison]:
    """Those that this version has not judged. What it says about one is saved at once, so any row of it will tell."""
    judged = Judgment.objects.filter(comparison=OuterRef("pk"), judge=judge, live=True, person=None)
    return comparisons.exclude(Exists(judged))


def estimated(
    project: Project, judge: Prepared, target: Target, comparisons: QuerySet[Comparison], count: int
) -> Estimate:
    """What judging so many of these comparisons takes when no reply is known yet and each is read at once."""
    drawn = list(comparisons.order_by("public").values_list("pk", flat=True)[:SAMPLED])
    calls, characters = 0, 0
    for item in items_of(project, drawn):
        requests = [each.request for each in method_of(judge).questions(judge, target, item)]
        calls += len(requests)
        characters += sum(len(message["content"]) for request in requests for message in request.messages)
    share = count / max(1, len(drawn))
    calls, characters = round(share * calls), round(share * characters)
    said = min(_tokens_of_a_reply(judge), judge.configuration.max_tokens)
    cost = planned_cost(target, characters, calls, said)
    return Estimate(calls, tokens_of(characters) + calls * said, cost)


def nothing_to_judge(project: Project, judge: Prepared) -> PrefereeError:
    wanted = {"pairwise": "of two responses", "pointwise": "of two responses or more"}
    kind = wanted.get(judge.configuration.method, f"of 2 to {len(LETTERS)} responses")
    given = " and a prompt with a reference answer" if judge.configuration.reference else ""
    return PrefereeError(
        f"{project.name} has no comparison {kind}{given} to judge. Make some first (run_recipe compare)."
    )


def _tokens_of_a_reply(judge: Prepared) -> int:
    return TOKENS_OF_A_LETTER if judge.configuration.soft == "logprobs" else TOKENS_OF_A_REPLY
