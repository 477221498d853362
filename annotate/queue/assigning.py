"""Give comparisons to one person, in sets. Lock order: the person, queue item, then assignment."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from annotate.models import AssignmentState
from annotate.queue.items import lock
from annotate.queue.lines import FRESH, level
from annotate.queue.reserving import orders_for, orders_on
from annotate.queue.rights import read_rights, rights_in
from annotate.queue.seats import GOAL, free
from core import audit
from core.assigning import Assigned
from core.bulk import fetch
from core.errors import PrefereeError
from core.models import Comparison, Project, Round, User
from core.rows import ask

AT_ONCE = 5_000
AFTER = level("p.strategy", "q.held + 1", "q.comparison_id")

# What stands against each, in the order in which it is said; one that the person has before them becomes theirs alone.
VERDICTS = f"""
SELECT c.id,
       CASE WHEN seen.state IN ('held', 'ahead') AND seen.expires IS NOT NULL THEN 'held'
            WHEN seen.state IS NOT NULL OR said.id IS NOT NULL THEN 'judged'
            WHEN q.comparison_id IS NULL OR {GOAL} = 0 THEN 'closed'
            WHEN NOT q.group_id = ANY (%(groups)s) THEN 'outside'
            WHEN NOT q.is_open THEN 'full'
            ELSE 'free' END
  FROM core_comparison c
  LEFT JOIN annotate_queueitem q ON q.comparison_id = c.id
  LEFT JOIN LATERAL (SELECT a.state, a.expires FROM annotate_assignment a
                      WHERE a.person_id = %(person)s AND a.comparison_id = c.id AND a.state <> 'lapsed' LIMIT 1) seen
         ON true
  LEFT JOIN LATERAL (SELECT j.id FROM core_judgment j
                      WHERE j.comparison_id = c.id AND j.person_id = %(person)s AND j.live AND j.occasion = 'first'
                      LIMIT 1) said ON true
 WHERE c.project_id = %(project)s AND c.id = ANY (%(ids)s)
"""
KEEP = """
UPDATE annotate_assignment SET expires = NULL
 WHERE person_id = %(person)s AND comparison_id = ANY (%(ids)s) AND state IN ('held', 'ahead')
"""
SEAT = f"""
UPDATE annotate_queueitem q SET held = q.held + 1, level = {AFTER},
       tie = CASE WHEN q.level = {AFTER} THEN q.tie ELSE {FRESH} END
  FROM core_project p WHERE q.comparison_id = ANY (%(ids)s) AND p.id = q.project_id
"""
RESERVE = """
INSERT INTO annotate_assignment (project_id, comparison_id, person_id, round_id, state, "order", shown)
SELECT %(project)s, place.id, %(person)s, %(round)s, 'assigned', string_to_array(place.slots, ' ')::smallint[], now()
  FROM unnest(%(ids)s::bigint[], %(orders)s::text[]) AS place (id, slots)
    ON CONFLICT (person_id, comparison_id, round_id) DO UPDATE SET state = 'assigned', expires = NULL
"""
THEIRS = """
SELECT a.id FROM annotate_assignment a JOIN annotate_queueitem q USING (comparison_id)
 WHERE a.project_id = %(project)s AND a.person_id = %(person)s AND a.comparison_id = ANY (%(ids)s)
   AND (a.state = 'assigned' OR a.state IN ('held', 'ahead') AND a.expires IS NULL)
 ORDER BY q.comparison_id FOR UPDATE OF q
"""


def assign(project: Project, comparison_ids: Sequence[int], person: User, by: User | None) -> Assigned:
    """All or nothing. Raises PrefereeError where the person may not judge, or no round is open."""
    counts: Counter[str] = Counter()
    with transaction.atomic():
        groups, current = _desk(project, person)
        lock(comparison_ids)
        for ids in _parts(comparison_ids):
            counts += _assign_part(project, ids, person, groups, current)
        made = Assigned(
            counts["free"] + counts["held"], counts["judged"], counts["full"], counts["outside"], counts["closed"]
        )
        if made.assigned:
            audit.record("assignment.give", project=project, actor=by, target=str(person.public), count=made.assigned)
    return made


def take_back(project: Project, comparison_ids: Sequence[int], person: User, by: User | None) -> int:
    """What was assigned to them goes back to the queue; the one before them right now too."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("id").get(pk=person.pk)
        named = {"project": project.pk, "person": person.pk, "ids": list(comparison_ids)}
        theirs = [pk for (pk,) in fetch(THEIRS, named)]
        free(theirs, AssignmentState.LAPSED)
        if count := len(theirs):
            audit.record("assignment.take_back", project=project, actor=by, target=str(person.public), count=count)
    return count


def _desk(project: Project, person: User) -> tuple[list[int], Round]:
    User.objects.select_for_update(no_key=True).only("id").get(pk=person.pk)
    rights, current = read_rights(project, ask(*rights_in(person, project))), project.current_round
    if rights is None:
        raise PrefereeError(
            f"{person} cannot be given comparisons of {project.name}: they do not judge in it, or are paused."
        )
    if current is None:
        raise PrefereeError(f"No round of {project.name} is open, so nothing can be assigned. Open a round first.")
    return rights.groups, current


def _parts(comparison_ids: Sequence[int]) -> Iterator[list[int]]:
    """In the order of their ids, in which they are handed out."""
    ids = sorted(set(comparison_ids))
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))


def _assign_part(project: Project, ids: list[int], person: User, groups: list[int], current: Round) -> Counter[str]:
    named: dict[str, Any] = {"project": project.pk, "person": person.pk, "ids": ids, "groups": groups}
    verdicts = fetch(VERDICTS, named)
    taken = [pk for pk, verdict in verdicts if verdict == "free"]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {**named, "ids": [pk for pk, verdict in verdicts if verdict == "held"]})
        cursor.execute(SEAT, {"ids": taken})
        orders = _orders(project, taken, person)
        cursor.execute(RESERVE, {**named, "round": current.pk, "ids": list(orders), "orders": list(orders.values())})
    return Counter(verdict for _, verdict in verdicts)


def _orders(project: Project, ids: list[int], person: User) -> dict[int, str]:
    found = list(Comparison.objects.filter(pk__in=ids).only("pk", "public", "k").order_by("pk"))
    orders = orders_for(project, found, ask(*orders_on(person, ids)))
    return {pk: " ".join(map(str, order)) for pk, order in orders.items()}
