"""What the queue of a project comes to: by person, and by group."""

from collections.abc import Mapping

from core.bulk import fetch
from core.models import Project
from core.places import EVERYBODY, MOST_COUNTED, Places

# Each half has an index of its own, of the rows in that state alone.
SEATS = """
SELECT person_id, sum(held)::int, sum(assigned)::int FROM (
       SELECT person_id, 1 AS held, 0 AS assigned FROM annotate_assignment
        WHERE project_id = %(project)s AND state IN ('held', 'ahead')
        UNION ALL
       SELECT person_id, 0, 1 FROM annotate_assignment WHERE project_id = %(project)s AND state = 'assigned') each
 GROUP BY person_id
"""
WAITING = """
SELECT every.id, counted.n
  FROM (SELECT %(everybody)s AS id UNION ALL SELECT id FROM core_group WHERE project_id = %(project)s) every
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM (
       SELECT FROM annotate_queueitem q
        WHERE q.project_id = %(project)s AND q.group_id = every.id AND q.is_open LIMIT %(most)s) one) counted
"""


def seats_in(project: Project) -> Mapping[int, Places]:
    return {person: Places(held, assigned) for person, held, assigned in fetch(SEATS, {"project": project.pk})}


def waiting_in(project: Project) -> Mapping[int, int]:
    values = {"project": project.pk, "everybody": EVERYBODY, "most": MOST_COUNTED}
    return dict(fetch(WAITING, values))
