"""Change comparisons in sets: the votes they want, their priority and group.

Each verb takes its comparisons in portions of ids. A portion is one transaction with one audit event: whoever is
interrupted repeats the verb, and what is changed already is left alone.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from core import audit
from core.bulk import fetch
from core.errors import PrefereeError
from core.models import Group, Project, User
from core.signals import comparisons_changed, comparisons_changing

MOST_VOTES = 100
MOST_PRIORITY = 99
Portions = Iterable[Sequence[int]]

LOCK = "SELECT FROM core_comparison WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
CHANGE = "UPDATE core_comparison c SET {set} WHERE c.project_id = %s AND c.id = ANY(%s) AND {differs} RETURNING c.id"


def set_votes(project: Project, portions: Portions, votes: int, *, by: User) -> int:
    """How many people are asked; returns how many comparisons wanted another number before, as the others here do."""
    if not 0 <= votes <= MOST_VOTES:
        raise PrefereeError(f"{votes} votes cannot be wanted. Write a number from 0 to {MOST_VOTES}.")
    differs = "c.votes_wanted <> %s"
    return _change(project, portions, by, "votes", "votes_wanted = %s", differs, votes, votes=votes)


def set_priority(project: Project, portions: Portions, priority: int, *, by: User) -> int:
    """Smaller comes first."""
    if abs(priority) > MOST_PRIORITY:
        raise PrefereeError(f"{priority} is no priority. Write a number from −{MOST_PRIORITY} to {MOST_PRIORITY}.")
    return _change(project, portions, by, "priority", "priority = %s", "c.priority <> %s", priority, priority=priority)


def set_group(project: Project, portions: Portions, group: Group | None, *, by: User) -> int:
    """Who alone judges them; without a group their tags say so."""
    if group is not None and group.project_id != project.pk:
        raise PrefereeError(f"There is no group “{group}” in {project}. Choose one of its groups.")
    key = group.pk if group else None
    differs = "c.group_id IS DISTINCT FROM %s"
    name = group.name if group else ""
    return _change(project, portions, by, "group", "group_id = %s", differs, key, group=name)


def _change(
    project: Project, portions: Portions, by: User, verb: str, assignment: str, differs: str, *value: Any, **detail: Any
) -> int:
    sql = CHANGE.format(set=assignment, differs=differs)
    return sum(_change_portion(project, ids, by, verb, sql, value, detail) for ids in portions)


@transaction.atomic
def _change_portion(
    project: Project,
    ids: Sequence[int],
    by: User,
    verb: str,
    sql: str,
    value: tuple[Any, ...],
    detail: dict[str, Any],
) -> int:
    comparisons_changing.send(_change, project=project, comparison_ids=list(ids))
    fetch(LOCK, [list(ids)])
    changed = sorted(pk for (pk,) in fetch(sql, [*value, project.pk, list(ids), *value]))
    if changed:
        comparisons_changed.send(_change, project=project, comparison_ids=changed)
        audit.record(f"comparison.{verb}", project=project, actor=by, rows=len(changed), **detail)
    return len(changed)
