"""Make gold sets, fill them with known answers, close them. A closed version never changes: the next one copies it."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core import audit
from core.bulk import fetch
from core.errors import Conflict, PrefereeError
from core.gold.answering import TIERS, answer_set
from core.models import GoldItem, GoldSet, Project, User

NEEDED = 20  # with fewer answers a judge stays uncertified
MOST_ITEMS = 5_000  # so many narrow a share to less than .015 either way, and every judge has to judge them
LONGEST_NAME = 100
LEAST_PEOPLE = 2

COPY = """
INSERT INTO core_golditem (gold_set_id, comparison_id, stratum, ranks, source_id)
SELECT %s, i.comparison_id, i.stratum, i.ranks, i.source_id FROM core_golditem i
  JOIN core_comparison c ON c.id = i.comparison_id WHERE i.gold_set_id = %s AND c.withdrawn IS NULL
RETURNING 1
"""
# People are agreed where as many as are asked for said the same, and nobody said otherwise.
ADD = """
INSERT INTO core_golditem (gold_set_id, comparison_id, stratum, ranks)
SELECT %(set)s, l.comparison_id, '', l.ranks FROM core_label l JOIN core_comparison c ON c.id = l.comparison_id
 WHERE l.project_id = %(project)s AND l.question = 'main' AND l.policy = 'majority' AND l.k > 1
   AND NOT l.undecided AND NOT l.both_bad AND l.tier = ANY(%(tiers)s) AND c.withdrawn IS NULL
   AND (l.tier <> 'people' OR (SELECT count(*) = 1 AND sum(n::int) >= %(least)s
                                 FROM jsonb_each_text(l.votes) AS said (ranks, n)))
   AND NOT EXISTS (SELECT FROM core_golditem i WHERE i.gold_set_id = %(set)s AND i.comparison_id = l.comparison_id)
 ORDER BY hashint8extended(l.comparison_id, %(seed)s) LIMIT %(room)s RETURNING id
"""


@transaction.atomic
def make_gold_set(project: Project, name: str, *, by: User) -> GoldSet:
    """The first version of a new set, open and empty."""
    name = clean_name(name)
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)
    if GoldSet.objects.filter(project=project, name=name).exists():
        raise PrefereeError(f"There is a gold set “{name}” already. Open it and make its next version.")
    return create_version(project, name, by)


def clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > LONGEST_NAME or "@" in cleaned or "\0" in cleaned:
        raise PrefereeError(f"Write a name of 1 to {LONGEST_NAME} characters without “@”.")
    return cleaned


@transaction.atomic
def next_version(gold_set: GoldSet, *, by: User) -> GoldSet:
    """An open version with the items of the newest one. Raises Conflict where that one is still open."""
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=gold_set.project_id)
    newest = GoldSet.objects.filter(project=gold_set.project_id, name=gold_set.name).latest("version")
    if newest.closed is None:
        raise Conflict(f"Version {newest.version} of {newest.name} is still open. Work on that one, or close it first.")
    made = create_version(gold_set.project, gold_set.name, by)
    fetch(COPY, [made.pk, newest.pk])
    return made


def create_version(project: Project, name: str, by: User) -> GoldSet:
    last = GoldSet.objects.filter(project=project, name=name).aggregate(last=Max("version"))["last"] or 0
    made = GoldSet.objects.create(project=project, name=name, version=last + 1, created_by=by)
    audit.record("gold.create", project=project, actor=by, target=str(made.public), version=made.version)
    return made


@transaction.atomic
def add_known(gold_set: GoldSet, tiers: Collection[str], *, by: User, least_people: int = LEAST_PEOPLE) -> int:
    """Take in comparisons whose answer is known from these tiers of labels; returns how many were not in yet.

    `people` takes those on which at least `least_people` answered, all of them alike. Where there are more than the
    version has room for, they are drawn at random.
    """
    if not tiers or not set(tiers) <= set(TIERS):
        raise PrefereeError("Choose where the answers come from: imports, reviewers or people.")
    if not 1 <= least_people <= 100:
        raise PrefereeError(f"{least_people} people cannot agree. Write a number from 1 to 100.")
    held = hold_open(gold_set)
    room = MOST_ITEMS - GoldItem.objects.filter(gold_set=held).count()
    values = {"set": held.pk, "project": held.project_id, "tiers": sorted(tiers), "least": least_people}
    added = len(fetch(ADD, {**values, "seed": held.project.seed, "room": max(room, 0)}))
    answer_set(held)
    detail = {"rows": added, "tiers": sorted(tiers), "people": least_people}
    audit.record("gold.add", project=held.project, actor=by, target=str(held.public), **detail)
    return added


@transaction.atomic
def remove_item(gold_set: GoldSet, comparison_id: int, *, by: User) -> bool:
    """Whether it was in the open version."""
    held = hold_open(gold_set)
    removed = bool(GoldItem.objects.filter(gold_set=held, comparison=comparison_id).delete()[0])
    if removed:
        audit.record("gold.remove", project=held.project, actor=by, target=str(held.public), rows=1)
    return removed


@transaction.atomic
def close_gold_set(gold_set: GoldSet, *, by: User) -> GoldSet:
    """Take in the answers that there are and freeze the version; what nobody answered stays in it and measures nothing.

    Raises PrefereeError where nothing has an answer.
    """
    held = hold_open(gold_set)
    answer_set(held)
    answered = GoldItem.objects.filter(gold_set=held, ranks__isnull=False).count()
    if not answered:
        raise PrefereeError("No item has an answer yet, so a closed version would measure nothing. Add answers first.")
    held.closed = timezone.now()
    held.save(update_fields=["closed"])
    audit.record("gold.close", project=held.project, actor=by, target=str(held.public), rows=answered)
    return held


def hold_open(gold_set: GoldSet) -> GoldSet:
    """The row, locked. Raises Conflict where the version is closed."""
    held = GoldSet.objects.select_for_update(of=("self",)).select_related("project").get(pk=gold_set.pk)
    if held.closed is not None:
        raise Conflict(f"Version {held.version} of {held.name} is closed and never changes. Make the next version.")
    return held
