"""Withdraw, and restore: marks that everything else asks for. Lock order: queue, comparisons, labels."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from django.db import connection, transaction

from core.bulk import array, fetch, lock_project
from core.facts.marking import mark_prompts
from core.labels.service import refresh_labels
from core.models import Removal, Subject
from core.removing.report import sum_of, touched
from core.signals import comparisons_changed, comparisons_changing, comparisons_removed

COMPARISONS_A_BATCH = 1_000

THINGS = {Subject.PROMPT: "core_prompt", Subject.RESPONSE: "core_response", Subject.PERSON: "core_judge"}
COUNTED_AS = {Subject.PROMPT: "prompts", Subject.RESPONSE: "responses", Subject.PERSON: "judges"}
MARK = "UPDATE {table} SET withdrawn = {value} WHERE project_id = %s AND id = ANY(%s) AND {where} RETURNING id"
COMPARISONS = {
    Subject.PROMPT: "SELECT id FROM core_comparison WHERE prompt_id = ANY(%s) ORDER BY id",
    Subject.RESPONSE: "SELECT DISTINCT comparison_id FROM core_candidate WHERE response_id = ANY(%s) ORDER BY 1",
    Subject.COMPARISON: "SELECT unnest(%s::bigint[]) ORDER BY 1",
    Subject.PERSON: "SELECT DISTINCT comparison_id FROM core_judgment WHERE judge_id = ANY(%s) ORDER BY 1",
}
LOCK = "SELECT FROM core_comparison WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
WITHDRAW = """
UPDATE core_comparison SET withdrawn = now() WHERE id = ANY(%s) AND withdrawn IS NULL RETURNING id
"""
RESTORE = """
UPDATE core_comparison c SET withdrawn = NULL FROM core_prompt p
 WHERE c.id = ANY(%s) AND c.withdrawn IS NOT NULL AND p.id = c.prompt_id AND p.withdrawn IS NULL
   AND NOT EXISTS (SELECT FROM core_candidate n JOIN core_response r ON r.id = n.response_id
                    WHERE n.comparison_id = c.id AND r.withdrawn IS NOT NULL)
RETURNING c.id
"""
JUDGMENTS = "SELECT count(*) FROM core_judgment WHERE comparison_id = ANY(%s) AND live"
JUDGMENTS_OF = "SELECT count(*) FROM core_judgment WHERE judge_id = ANY(%s) AND live"
# Whose answers do not count is asked nothing. The moment tells this pause from one that somebody else made.
PAUSE = """
UPDATE core_membership m SET paused = g.withdrawn FROM core_judge g
 WHERE g.project_id = %s AND g.id = ANY(%s) AND m.project_id = g.project_id AND m.user_id = g.person_id
   AND m.paused IS NULL RETURNING m.id
"""
RESUME = """
UPDATE core_membership m SET paused = NULL FROM core_judge g
 WHERE g.project_id = %s AND g.id = ANY(%s) AND m.project_id = g.project_id AND m.user_id = g.person_id
   AND m.paused = g.withdrawn RETURNING m.id
"""
NOT_ERASED = {Subject.PROMPT: " AND erased IS NULL", Subject.RESPONSE: " AND erased IS NULL"}

Check = Callable[[], None]


def withdraw(removal: Removal, ids: Sequence[int], check: Check) -> None:
    """These targets, and the comparisons that hold them, are used no more. Repeated, it changes nothing."""
    _mark(removal, ids, "now()", "withdrawn IS NULL")
    for batch in comparisons_of(removal, ids):
        check()
        if removal.subject == Subject.PERSON:
            _relabel(removal, batch)
        else:
            withdraw_comparisons(removal, batch)


def restore(removal: Removal, ids: Sequence[int], check: Check) -> None:
    """A comparison comes back where nothing that it holds is withdrawn any more; what is erased stays away."""
    _mark(removal, ids, "NULL", "withdrawn IS NOT NULL" + NOT_ERASED.get(Subject(removal.subject), ""))
    for batch in comparisons_of(removal, ids):
        check()
        if removal.subject == Subject.PERSON:
            _relabel(removal, batch)
        else:
            _restore_comparisons(removal, batch)


def comparisons_of(removal: Removal, ids: Sequence[int]) -> Iterator[list[int]]:
    found = (pk for (pk,) in fetch(COMPARISONS[Subject(removal.subject)], [array(ids)]))
    while batch := list(islice(found, COMPARISONS_A_BATCH)):
        yield batch


@transaction.atomic
def withdraw_comparisons(removal: Removal, ids: list[int], *, erased: bool = False) -> None:
    project = removal.project
    told = {"project": project, "comparison_ids": ids}
    comparisons_changing.send(Removal, **told)
    fetch(LOCK, [array(ids)])
    changed = [pk for (pk,) in fetch(WITHDRAW, [array(ids)])]
    counts = {"comparisons": len(ids) if erased else len(changed), "labels": _delete_labels(ids)}
    counts["judgments"] = fetch(JUDGMENTS, [array(ids if erased else changed)])[0][0]
    comparisons_changed.send(Removal, **told)
    counts |= sum_of(comparisons_removed.send(Removal, **told, erased=erased))
    touched(removal, counts)


@transaction.atomic
def _restore_comparisons(removal: Removal, ids: list[int]) -> None:
    told = {"project": removal.project, "comparison_ids": ids}
    comparisons_changing.send(Removal, **told)
    fetch(LOCK, [array(ids)])
    changed = [pk for (pk,) in fetch(RESTORE, [array(ids)])]
    comparisons_changed.send(Removal, **told)
    labels = refresh_labels(changed)
    judgments = fetch(JUDGMENTS, [array(changed)])[0][0]
    touched(removal, {"comparisons": len(changed), "judgments": judgments, "labels": labels})


@transaction.atomic
def _relabel(removal: Removal, ids: list[int]) -> None:
    """Somebody's votes are gone, or back: the labels and the places follow. Places last, for quotas are locked last."""
    told = {"project": removal.project, "comparison_ids": ids}
    comparisons_changing.send(Removal, **told)
    labels = refresh_labels(ids)
    comparisons_changed.send(Removal, **told)
    touched(removal, {"labels": labels})


@transaction.atomic
def _mark(removal: Removal, ids: Sequence[int], value: str, where: str) -> None:
    subject = Subject(removal.subject)
    if subject not in THINGS:
        return
    lock_project(removal.project_id)  # who adds comparisons of these meanwhile sees the mark, or is seen
    named = [removal.project_id, array(ids)]
    if subject == Subject.PERSON and value == "NULL":
        fetch(RESUME, named)
    changed = [pk for (pk,) in fetch(MARK.format(table=THINGS[subject], value=value, where=where), named)]
    counts = {COUNTED_AS[subject]: len(changed)}
    if subject == Subject.PROMPT:
        mark_prompts(removal.project_id, changed)
    if subject == Subject.PERSON:
        counts["judgments"] = fetch(JUDGMENTS_OF, [array(changed)])[0][0]
        if value != "NULL":
            fetch(PAUSE, named)
    touched(removal, counts)


def _delete_labels(comparison_ids: Sequence[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_label WHERE comparison_id = ANY(%s)", [array(comparison_ids)])
        return int(cursor.rowcount)
