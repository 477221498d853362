"""What is before a person, reserved for them or assigned to them, read with its round and its texts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from annotate.models import Assignment
from annotate.queue.claims import TAKEN
from core.models import Comparison, Project, Prompt, QuestionSet, Response, Round, User
from core.rows import Ask, Columns, Rows, ask, joined, split

ASSIGNMENT, COMPARISON = Columns(Assignment, "a"), Columns(Comparison, "c")
ROUND, QUESTIONS = Columns(Round, "r"), Columns(QuestionSet, "s")
PROMPT = Columns(Prompt, "p", "id", "public", "project", "messages", "system", "contexts", "reference")
RESPONSE = Columns(Response, "e", "id", "public", "project", "prompt", "content_key", "content", "messages")

FOUND = f"""
SELECT {ASSIGNMENT}, {COMPARISON}, {ROUND}, {QUESTIONS}
  FROM annotate_assignment a JOIN core_comparison c ON c.id = a.comparison_id
  JOIN core_round r ON r.id = a.round_id JOIN core_questionset s ON s.id = r.question_set_id
 WHERE {{which}}
"""
# Of several rounds the newest. What the person wrote a part of was never asked of them.
RESERVATION = FOUND.format(
    which="""c.public = %(public)s AND c.project_id = %(project)s AND a.person_id = %(person)s AND a.state <> 'own'
 ORDER BY r.number DESC LIMIT 1"""
)
ON_THE_SCREEN = FOUND.format(
    which="a.person_id = %(person)s AND a.project_id = %(project)s AND a.state IN ('held', 'ahead')"
)
FIRST_ASSIGNED = FOUND.format(
    which="""a.person_id = %(person)s AND a.project_id = %(project)s AND a.state = 'assigned'
 ORDER BY a.id LIMIT 1 FOR UPDATE OF a"""
)
TEXTS = f"""
SELECT {COMPARISON}, {PROMPT}, {RESPONSE}
  FROM core_comparison c JOIN core_prompt p ON p.id = c.prompt_id
  JOIN core_candidate n ON n.comparison_id = c.id JOIN core_response e ON e.id = n.response_id
 WHERE c.id = {{which}} ORDER BY n.slot
"""
TEXTS_TAKEN: Ask = TEXTS.format(which=TAKEN), []


def reservation_of(person: User, project: Project, public: UUID) -> Assignment | None:
    """The reservation that this person has, or had, for the comparison."""
    named = {"public": public, "project": project.pk, "person": person.pk}
    return next(iter(_found(RESERVATION, named, person, project)), None)


def not_reserved(project: Project, public: UUID) -> Exception:
    """Why a person has no reservation for it: there is no such comparison, or it was never given to them."""
    if not Comparison.objects.filter(project=project, public=public).exists():
        return Http404("There is no such comparison.")
    return PermissionDenied("This comparison was not reserved for you. Open the work page to get one.")


def on_the_screen(person: User, project: Project) -> list[Assignment]:
    """What is before them, and what is reserved ahead."""
    return _found(ON_THE_SCREEN, {"person": person.pk, "project": project.pk}, person, project)


def first_assigned(person: User, project: Project) -> Assignment | None:
    """The first that waits for them, locked."""
    return next(iter(_found(FIRST_ASSIGNED, {"person": person.pk, "project": project.pk}, person, project)), None)


def _found(sql: str, named: Mapping[str, Any], person: User, project: Project) -> list[Assignment]:
    found: list[Assignment] = []
    for row in ask(sql, named):
        assignment, comparison, current, questions = split(row, ASSIGNMENT, COMPARISON, ROUND, QUESTIONS)
        joined(current, question_set=questions, project=project)
        found.append(read_along(assignment, comparison, current, person))
    return found


def read_along(assignment: Assignment, comparison: Comparison, current: Round, person: User) -> Assignment:
    """The reservation with what was read beside it; the round's project is the project of all."""
    joined(comparison, project=current.project)
    return joined(assignment, comparison=comparison, round=current, person=person, project=current.project)


def texts_on(comparison_id: int) -> Ask:
    return TEXTS.format(which="%s"), [comparison_id]


def with_texts(comparison_id: int, found: Rows) -> Comparison:
    """The comparison with its prompt and, by slot, its responses, from the rows of `texts_on`."""
    if not found:
        return Comparison.objects.select_related("prompt").get(pk=comparison_id)
    comparison: Comparison
    comparison, prompt, *_ = split(found[0], COMPARISON, PROMPT)
    responses = (RESPONSE.made(row[-len(RESPONSE) :]) for row in found)
    comparison.by_slot = [response for response in responses if response is not None]
    return joined(comparison, prompt=prompt)


def responses_of(comparison: Comparison) -> list[Response]:
    """By slot; read once, whoever asks, and the prompt with them."""
    if comparison.by_slot is None:
        read = with_texts(comparison.pk, ask(*texts_on(comparison.pk)))
        comparison.prompt, comparison.by_slot = read.prompt, read.by_slot or []
    return comparison.by_slot
