"""A reservation under lock, and what stands beside it then. Lock order: queue item, comparison, assignment."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from annotate.models import Assignment
from annotate.work.held import ASSIGNMENT, COMPARISON, QUESTIONS, ROUND, not_reserved, read_along
from core.models import Project, User
from core.rows import Ask, Rows, ask_together, joined, split

LOCK = """
WITH item AS MATERIALIZED (
     SELECT FROM annotate_queueitem q JOIN core_comparison c ON c.id = q.comparison_id
      WHERE c.project_id = %(project)s AND c.public = %(public)s FOR UPDATE OF q)
SELECT FROM core_comparison c
 WHERE (SELECT count(*) FROM item) >= 0 AND c.project_id = %(project)s AND c.public = %(public)s FOR NO KEY UPDATE OF c
"""
# Of several rounds the newest; what the person wrote a part of was never asked of them. Behind it the judge that they
# are, what this answer or an earlier one of theirs has made, and what they took back: their next answer revises it.
UNDER_LOCK = f"""
SELECT {ASSIGNMENT}, {COMPARISON}, {ROUND}, {QUESTIONS},
       (SELECT min(g.id) FROM core_judge g WHERE g.project_id = a.project_id AND g.person_id = a.person_id),
       ARRAY (SELECT j.id FROM core_judgment j WHERE j.client_id = %(mark)s UNION ALL
              SELECT j.id FROM core_judgment j
               WHERE j.comparison_id = a.comparison_id AND j.person_id = a.person_id AND j.round_id = a.round_id
                 AND j.occasion = 'first' AND j.live),
       (SELECT max(j.id) FROM core_judgment j
         WHERE j.comparison_id = a.comparison_id AND j.person_id = a.person_id AND j.round_id = a.round_id
           AND j.occasion = 'first' AND NOT j.live
           AND NOT EXISTS (SELECT FROM core_judgment after WHERE after.revises_id = j.id))
  FROM core_comparison c JOIN annotate_assignment a ON a.comparison_id = c.id
  JOIN core_round r ON r.id = a.round_id JOIN core_questionset s ON s.id = r.question_set_id
 WHERE c.project_id = %(project)s AND c.public = %(public)s AND a.person_id = %(person)s AND a.state <> 'own'
 ORDER BY r.number DESC LIMIT 1 FOR UPDATE OF a
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A reservation under lock; primary keys of its judge, of judgments that it has made already, and of the last that
    was taken back; and what was asked beside it.
    """

    assignment: Assignment
    judge: int | None
    same: list[int]
    undone: int | None
    beside: list[Rows]


class Named(Protocol):
    """A comparison, or what names one."""

    @property
    def project(self) -> Project: ...
    @property
    def public(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class Name:
    project: Project
    public: UUID


def locked(comparison: Named, person: User, mark: UUID, *beside: Ask) -> Found:
    """What stands once nobody else can answer the comparison, or undo an answer to it; so do the rows of `beside`."""
    project = comparison.project
    named = {"project": project.pk, "public": comparison.public, "person": person.pk, "mark": mark}
    _, rows, *others = ask_together((LOCK, named), (UNDER_LOCK, named), *beside)
    if not rows:
        raise not_reserved(project, comparison.public)
    assignment, read, current, questions, judge, same, undone = split(rows[0], ASSIGNMENT, COMPARISON, ROUND, QUESTIONS)
    joined(current, question_set=questions, project=project)
    return Found(read_along(assignment, read, current, person), judge, same, undone, others)
