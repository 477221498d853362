"""Whether a person may be handed work in a project, of which groups, and what is theirs already: one query."""

from dataclasses import dataclass

from annotate.seats import JUDGING
from core.models import Project, User
from core.rows import ask

# Whoever may not judge here (any more) has no row, and nobody has one where the project is archived.
RIGHTS = """
SELECT ARRAY (SELECT g.id FROM core_group g JOIN core_group_people p ON p.group_id = g.id
               WHERE g.project_id = m.project_id AND p.user_id = m.user_id ORDER BY g.id),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id = m.user_id AND a.state = 'assigned'),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id = m.user_id AND a.state IN ('held', 'ahead')),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id <> m.user_id AND a.state IN ('held', 'ahead')
                  AND a.expires < statement_timestamp())
  FROM core_membership m JOIN core_project p ON p.id = m.project_id
 WHERE m.project_id = %s AND m.user_id = %s AND m.paused IS NULL AND m.role = ANY (%s) AND p.archived IS NULL
"""


@dataclass(frozen=True, slots=True)
class Rights:
    """The groups whose comparisons a person is offered, 0 for everybody's; whether some are assigned to them, some are
    before them or reserved ahead, and whether others' reservations have expired.
    """

    groups: list[int]
    has_assigned: bool
    has_reserved: bool
    others_expired: bool


def rights_of(person: User, project: Project) -> Rights | None:
    """None where the person may not judge here."""
    rows = ask(RIGHTS, [project.pk, person.pk, JUDGING])
    return Rights([0, *rows[0][0]], *rows[0][1:]) if rows else None
