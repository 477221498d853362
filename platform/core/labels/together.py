"""The label of one comparison, stored together with the judgment that changes it, in the last trip of a transaction."""

from uuid import UUID

import msgspec

from core.facts.marking import MARK_ONE
from core.labels.service import COLUMNS, STANDS, UPSERT, VOTES, Row, labels_of
from core.models import Judgment, Project, Status, User
from core.rows import Ask, Rows

NAMED = "c.project_id = %(project)s AND c.public = %(public)s"
VOTES_BEFORE = VOTES.format(
    where=f"j.comparison_id = (SELECT c.id FROM core_comparison c WHERE {NAMED} AND c.withdrawn IS NULL)"
)
# The kind of the judge that the person is, where a judgment of theirs counts, and whether a gold set asks about it.
COUNTS = f"""
SELECT (SELECT g.kind FROM core_judge g WHERE g.project_id = c.project_id AND g.person_id = %(person)s AND {STANDS}
         ORDER BY g.id LIMIT 1), EXISTS (SELECT FROM core_golditem i WHERE i.comparison_id = c.id)
  FROM core_comparison c WHERE {NAMED} AND c.withdrawn IS NULL
"""
VALUES = ", ".join(["%s"] * len(COLUMNS.split(", ")))
STORE = f"WITH labelled AS ({UPSERT.format(rows=f'VALUES ({VALUES}, now())')}) {MARK_ONE}"


def label_asks(project: Project, public: UUID, person: User) -> tuple[Ask, Ask]:
    """What `label_with` has to know, asked while the comparison's row is held."""
    named = {"project": project.pk, "public": public, "person": person.pk}
    return (VOTES_BEFORE, named), (COUNTS, named)


def label_with(judgment: Judgment, votes: Rows, counts: Rows) -> Ask | None:
    """The statement that stores the label as it is after the person's new judgment, and that its facts are stale.

    `votes` and `counts` are the rows of `label_asks`. None where more is to be done, which `refresh_labels` does: a
    gold set asks about the comparison, it is withdrawn, or the judgment does not count.
    """
    kind, in_gold = counts[0] if counts else (None, False)
    if kind is None or in_gold or judgment.status != Status.SUBMITTED or judgment.ranks is None or judgment.k < 2:
        return None
    ((*values, tally),) = labels_of([*votes, _vote(judgment, kind)], "people_first")
    return STORE, [*values, msgspec.json.encode(tally).decode(), judgment.project_id, judgment.comparison_id]


def _vote(judgment: Judgment, kind: str) -> Row:
    whose = (judgment.comparison_id, judgment.project_id, judgment.k, judgment.judge_id, kind, judgment.occasion)
    return (*whose, judgment.ranks, judgment.both_bad, judgment.strength)
