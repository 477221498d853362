"""What a person must not be told yet: everything about a comparison that they hold, until they have answered it."""

from collections.abc import Collection
from dataclasses import dataclass

from annotate.models import Assignment, AssignmentState
from core.models import Candidate, Prompt, Response, User

# What is reserved ahead is on its way to their screen.
BEFORE_THEM = (AssignmentState.HELD, AssignmentState.AHEAD)


@dataclass(frozen=True, slots=True)
class Blind:
    """Comparisons whose judgments and label are kept back, and responses whose author and scores are."""

    comparisons: Collection[int] = ()
    responses: Collection[int] = ()


def blind_to(person: User, prompt: Prompt) -> Blind:
    held = Assignment.objects.filter(
        person=person, project=prompt.project_id, state__in=BEFORE_THEM, comparison__prompt=prompt
    )
    comparisons = set(held.values_list("comparison_id", flat=True))
    if not comparisons:
        return Blind()
    responses = Candidate.objects.filter(comparison__in=comparisons).values_list("response_id", flat=True)
    return Blind(comparisons, set(responses))


def is_blind_to(person: User, response: Response) -> bool:
    return response.pk in blind_to(person, response.prompt).responses
