"""Whether a person may be handed work in a project, of which groups, and what is theirs already: one query."""

from dataclasses import dataclass

from annotate.queue.seats import JUDGING
from annotate.work.held import QUESTIONS, ROUND
from core.models import Project, Round, User
from core.rows import Ask, Rows, joined, split

# Whoever may not judge here (any more) has no row, and nobody has one where the project is archived.
RIGHTS = f"""
SELECT {ROUND}, {QUESTIONS},
       ARRAY (SELECT g.id FROM core_group g JOIN core_group_people p ON p.group_id = g.id
               WHERE g.project_id = m.project_id AND p.user_id = m.user_id ORDER BY g.id),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id = m.user_id AND a.state = 'assigned'),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id = m.user_id AND a.state IN ('held', 'ahead')),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id <> m.user_id AND a.state IN ('held', 'ahead')
                  AND a.expires < statement_timestamp())
  FROM core_membership m JOIN core_project p ON p.id = m.project_id
  LEFT JOIN LATERAL (SELECT * FROM core_round WHERE project_id = p.id AND closed IS NULL
                      ORDER BY number DESC LIMIT 1) r ON true
  LEFT JOIN core_questionset s ON s.id = r.question_set_id
 WHERE m.project_id = %s AND m.user_id = %s AND m.paused IS NULL AND m.role = ANY (%s) AND p.archived IS NULL
"""


@dataclass(frozen=True, slots=True)
class Rights:
    """The open round, and the groups whose comparisons a person is offered, 0 for everybody's.

    Whether some are assigned to them, some are before them or reserved ahead, and others' reservations have expired.
    """

    current: Round | None
    groups: list[int]
    has_assigned: bool
    has_reserved: bool
    others_expired: bool


def rights_in(person: User, project: Project) -> Ask:
    return RIGHTS, [project.pk, person.pk, JUDGING]


def read_rights(project: Project, found: Rows) -> Rights | None:
    """From the rows of `rights_in`; None where the person may not judge here."""
    for row in found:
        current, questions, groups, *others = split(row, ROUND, QUESTIONS)
        if current is not None:
            joined(current, project=project, question_set=questions)
        return Rights(current, [0, *groups], *others)
    return None
