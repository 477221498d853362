"""Erase a person from a project: their name, their words, their place in it. Their verdicts stay, as nobody's."""

from django.db.models import Func, IntegerField, Sum

from core.bulk import fetch
from core.ids import comparison_key, response_key
from core.models import Group, Invitation, Judge, Membership, Mode, Removal, Response, SavedFilter, Subject
from core.removing.permit import erasing
from core.removing.report import sum_of, touched
from core.removing.texts import clear_of_judge
from core.removing.withdrawing import Check
from core.signals import person_removed

JUDGMENTS_A_BATCH = 1_000
NAME = "Erased person"

AUTHORED = """
SELECT id, content_key FROM core_response WHERE project_id = %s AND author_kind = 'person' AND author = %s
 ORDER BY id LIMIT 1000
"""
AUTHOR = """
UPDATE core_response r SET author = %s, key = new.key FROM unnest(%s::bigint[], %s::bytea[]) AS new (id, key)
 WHERE r.id = new.id
RETURNING 1
"""
# Keys of comparisons are made of those of their responses.
SLOTS = """
SELECT n.comparison_id, array_agg(r.key ORDER BY n.slot)
  FROM core_candidate n JOIN core_response r ON r.id = n.response_id
 WHERE n.comparison_id IN (SELECT comparison_id FROM core_candidate WHERE response_id = ANY(%s))
   AND r.erased IS NULL GROUP BY 1 HAVING count(*) = (
       SELECT c.k FROM core_comparison c WHERE c.id = n.comparison_id)
"""
# An answer that was on its way when the membership ended.
LATE = """
UPDATE core_judgment SET rationale = '', raw = NULL, spans = '[]', answers = '{}', person_id = NULL
 WHERE judge_id = %s AND person_id IS NOT NULL RETURNING 1
"""
KEYS = """
UPDATE core_comparison c SET key = new.key FROM unnest(%s::bigint[], %s::bytea[]) AS new (id, key) WHERE c.id = new.id
RETURNING 1
"""


def erase_person(removal: Removal, judge_id: int, check: Check) -> None:
    """In steps that each stand for themselves: no more work, then no more words, at last no more name."""
    judge = Judge.objects.select_related("person").get(pk=judge_id)
    _end_membership(removal, judge)
    last = 0
    while last := _clear_some(removal, judge, last):
        check()
    while _rename_authored(removal, judge):
        check()
    _unname(removal, judge)


def _end_membership(removal: Removal, judge: Judge) -> None:
    person, project = judge.person, removal.project
    if person is None:
        return
    with erasing():
        ended, _ = Membership.objects.filter(project=project, user=person).delete()
        groups, _ = Group.people.through.objects.filter(group__project=project, user=person).delete()
        written = Response.objects.filter(project=project, writer=person).update(writer=None)
        filters, _ = SavedFilter.objects.filter(project=project, user=person).delete()
        addressed = Invitation.objects.filter(project=project, email__iexact=person.email).update(email="")
        counts = {
            "memberships": ended,
            "groups": groups,
            "saved filters": filters,
            "writers": written,
            "invitations": addressed,
        }
        counts |= sum_of(person_removed.send(Removal, project=project, person=person))
        touched(removal, counts)


def _clear_some(removal: Removal, judge: Judge, after: int) -> int:
    """The last judgment that was looked at; 0 where none is left."""
    with erasing():
        last, cleared = clear_of_judge(judge.pk, after, JUDGMENTS_A_BATCH)
        touched(removal, {"texts of judgments": cleared})
    return last


def _rename_authored(removal: Removal, judge: Judge) -> bool:
    """Responses that they wrote keep their text, without their name: whoever wants that gone erases the responses."""
    name = _name_for(removal, judge)
    if judge.name == name:
        return False
    with erasing():
        rows = fetch(AUTHORED, [removal.project_id, judge.name])
        ids = [pk for pk, _ in rows]
        keys = [response_key("person", name, bytes(content)) for _, content in rows]
        fetch(AUTHOR, [name, ids, keys])
        slots = fetch(SLOTS, [ids])
        fetch(KEYS, [[pk for pk, _ in slots], [comparison_key(map(bytes, members)) for _, members in slots]])
        touched(removal, {"responses without their author": len(rows)})
    return bool(rows)


def _unname(removal: Removal, judge: Judge) -> None:
    name = _name_for(removal, judge)
    if (judge.name, judge.person_id) == (name, None):
        return
    with erasing():
        fetch(LATE, [judge.pk])
        Judge.objects.filter(pk=judge.pk).update(name=name, person=None)
        touched(removal, {"judges": 1})


def _name_for(removal: Removal, judge: Judge) -> str:
    """The same for the same person, however often the work is begun: their place among all that were to be erased."""
    before = Removal.objects.filter(
        project=removal.project, subject=Subject.PERSON, mode=Mode.ERASE, pk__lt=removal.pk
    ).aggregate(count=Sum(Func("targets", function="cardinality", output_field=IntegerField())))["count"]
    return f"{NAME} {(before or 0) + removal.targets.index(judge.pk) + 1}"
