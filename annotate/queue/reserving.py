"""The row that reserves a comparison for a person, and the order in which they see it. Its queue item is locked."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from annotate.models import Assignment, AssignmentState
from annotate.queue.claims import TAKEN
from annotate.queue.lines import FRESH, level
from annotate.queue.orders import next_order
from annotate.work.held import ASSIGNMENT, read_along
from core.bulk import array
from core.models import Comparison, Project, Round, User
from core.rows import Ask, Rows, ask, ask_last, split

RESERVED_FOR = timedelta(minutes=30)
RESERVED_AHEAD_FOR = timedelta(seconds=90)
ORDERS = """
SELECT a.comparison_id, a."order", a.person_id = %(person)s FROM annotate_assignment a
 WHERE a.comparison_id {which} AND a.state <> 'own'
   AND (a.person_id = %(person)s OR a.state IN ('held', 'ahead', 'assigned', 'done'))
 ORDER BY a.id
"""
ORDERS_OF_MANY = ORDERS.format(which="= ANY (%(ids)s::bigint[])")
ORDERS_TAKEN = ORDERS.format(which=f"= {TAKEN}")
RESERVE = f"""
INSERT INTO annotate_assignment AS a (project_id, comparison_id, person_id, round_id, state, "order", expires, shown)
VALUES (%s, %s, %s, %s, %s, %s::smallint[], %s, %s)
    ON CONFLICT (person_id, comparison_id, round_id)
    DO UPDATE SET state = EXCLUDED.state, expires = EXCLUDED.expires, shown = EXCLUDED.shown
RETURNING {ASSIGNMENT}
"""
RETAKE = f"""
UPDATE annotate_queueitem q SET held = q.held + 1, level = {level("p.strategy", "q.held + 1", "q.comparison_id")},
       tie = {FRESH}
  FROM core_project p WHERE q.comparison_id = %s AND q.held < q.wanted AND p.id = q.project_id RETURNING 1
"""


def reserve_last(
    person: User, current: Round, comparison: Comparison, state: AssignmentState, order: Sequence[int], *beside: Ask
) -> tuple[Assignment, list[Rows]]:
    """In that order, or as they saw it before in this round; the end of its transaction. With the rows of `beside`."""
    now = timezone.now()
    expires = now + (RESERVED_FOR if state == AssignmentState.HELD else RESERVED_AHEAD_FOR)
    values = [current.project_id, comparison.pk, person.pk, current.pk, state.value, array(order), expires, now]
    (row,), *others = ask_last((RESERVE, values), *beside)
    (assignment,) = split(row, ASSIGNMENT)
    return read_along(assignment, comparison, current, person), others


def orders_on(person: User, comparison_ids: Sequence[int]) -> Ask:
    """In which orders others see them, and in which the person saw them before."""
    return ORDERS_OF_MANY, {"person": person.pk, "ids": array(comparison_ids)}


def orders_on_taken(person: User) -> Ask:
    """The same of what was claimed just now."""
    return ORDERS_TAKEN, {"person": person.pk}


def orders_for(project: Project, comparisons: Sequence[Comparison], found: Rows) -> dict[int, list[int]]:
    """By comparison: as the person saw it before, else the next of its design after those that others see.

    `found` are the rows of one of the two above, asked while the places are locked, so that nobody else gets the same
    then.
    """
    given: dict[int, list[list[int]]] = defaultdict(list)
    own: dict[int, list[int]] = {}
    for pk, order, is_own in found:
        if is_own:
            own[pk] = order
        else:
            given[pk].append(order)
    return {
        each.pk: own.get(each.pk) or next_order(project.seed, each.public.bytes, each.k, given[each.pk])
        for each in comparisons
    }


def retake_seat(comparison_id: int) -> bool:
    """Whether there was a place left for an answer that came after its reservation lapsed."""
    return bool(ask(RETAKE, [comparison_id]))
