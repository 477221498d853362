"""Who wrote a response here is never asked about a comparison that holds it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from annotate.kinds.protocol import Said
from annotate.models import Assignment
from core.bulk import array, fetch
from core.models import Candidate, Project, Response
from core.responses import write_anew
from core.signals import comparisons_added

ANY_WRITTEN = "SELECT FROM core_response WHERE project_id = %s AND writer_id IS NOT NULL LIMIT 1"
# From the responses that were written here, which are few, to the comparisons; in the newest round, though it be over.
KEEP_APART = """
INSERT INTO annotate_assignment (project_id, comparison_id, person_id, round_id, state, "order", shown)
SELECT DISTINCT c.project_id, c.id, r.writer_id, latest.id, 'own',
       ARRAY (SELECT generate_series(0, c.k - 1))::smallint[], now()
  FROM core_response r JOIN core_candidate n ON n.response_id = r.id JOIN core_comparison c ON c.id = n.comparison_id
 CROSS JOIN LATERAL (SELECT id FROM core_round WHERE project_id = r.project_id
                      ORDER BY closed IS NULL DESC, number DESC LIMIT 1) latest
 WHERE r.project_id = %(project)s AND r.writer_id IS NOT NULL AND {which}
    ON CONFLICT (person_id, comparison_id, round_id) DO NOTHING
"""
OF_COMPARISONS = KEEP_APART.format(which="c.id = ANY (%(ids)s)")
OF_RESPONSE = KEEP_APART.format(which="r.id = %(response)s")


def writes_anew(assignment: Assignment, said: Said) -> list[Any]:
    """What the answer says to the questions that ask for a better one."""
    questions = assignment.round.question_set.questions
    return [said.answers[each["id"]] for each in questions if each["kind"] == "rewrite" and each["id"] in said.answers]


def keep_rewrites(assignment: Assignment, said: Said) -> None:
    """What the answer writes anew becomes responses, each compared with the one that it was made from."""
    written = writes_anew(assignment, said)
    parents = _responses(assignment) if written else {}
    for answer in written:
        response = write_anew(parents[answer["slot"]], answer["text"], by=assignment.person)
        if response is not None:
            _execute(OF_RESPONSE, {"project": assignment.project_id, "response": response.pk})


def _responses(assignment: Assignment) -> dict[int, Response]:
    """By slot."""
    candidates = Candidate.objects.filter(comparison=assignment.comparison_id)
    return {each.slot: each.response for each in candidates.select_related("response__project")}


def _keep_apart(sender: Any, *, project: Project, comparison_ids: Sequence[int], **_: Any) -> None:
    if fetch(ANY_WRITTEN, [project.pk]):
        _execute(OF_COMPARISONS, {"project": project.pk, "ids": array(comparison_ids)})


def _execute(sql: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def connect() -> None:
    comparisons_added.connect(_keep_apart, dispatch_uid="writers are kept apart from what they wrote")
