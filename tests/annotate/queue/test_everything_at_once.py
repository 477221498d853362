"""Many people at work while leads change whatever can be changed: nobody is given up, and every count stays true.

What each does is drawn by a seed; how it falls together is not. A deadlock or a count that is off is a fault.
"""

from collections import Counter
from functools import partial

import pytest

from annotate.models import Assignment, AssignmentState, Quota
from annotate.models import QueueItem as Item
from annotate.queue.quotas import set_quota
from core.labels.service import refresh_labels
from core.models import Comparison, Judgment, Role, Strategy
from tests.annotate.queue.everything import AT_WORK, LEADING, Place, at_it
from tests.at_once import at_once
from tests.factories import ComparisonFactory, GroupFactory, MembershipFactory, ProjectFactory, PromptFactory

pytestmark = pytest.mark.django_db(transaction=True)

ACTS = 60
RESERVED = (AssignmentState.HELD, AssignmentState.AHEAD, AssignmentState.ASSIGNED)


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Place:
    project = ProjectFactory(strategy=request.param)
    tags = ["code", "law", "safety"]
    prompts = [PromptFactory(project=project, tags=[tags[at % 3]]) for at in range(6)]
    comparisons = [
        ComparisonFactory(project=project, prompt=prompts[at % 6], votes_wanted=4, texts=[f"{at} a", f"{at} b"]).pk
        for at in range(18)
    ]
    people = [MembershipFactory(project=project, role=Role.ANNOTATOR).user for _ in range(12)]
    group = GroupFactory(project=project)
    group.people.add(*people[:6])
    set_quota(project, "tag", "code", 20)
    set_quota(project, "tag", "law", 1_000)
    lead = MembershipFactory(project=project, role=Role.OWNER).user
    return Place(project, comparisons, people, lead, group, Counter())


@pytest.mark.parametrize("place", Strategy.values, indirect=True)
def test_nobody_is_given_up_and_every_count_stays_true(place: Place) -> None:
    working = [partial(at_it, place, AT_WORK, person, at, ACTS) for at, person in enumerate(place.people)]
    leading = [partial(at_it, place, LEADING, place.lead, 100 + at, ACTS) for at in range(3)]
    assert set(at_once(*working, *leading)) == {None}
    done = {name.partition(":")[0] for name in place.told}
    assert done == {act.__name__ for act in (*AT_WORK, *LEADING)}, place.told
    assert place.told["judge"] > 100, place.told

    reserved = Counter(Assignment.objects.filter(state__in=RESERVED).values_list("comparison", flat=True))
    first = Judgment.objects.filter(live=True, status="submitted", occasion="first", judge__withdrawn=None)
    counted = reserved + Counter(first.values_list("comparison", flat=True))
    held = dict(Item.objects.values_list("comparison", "held"))
    assert {pk: n for pk, n in held.items() if n} == counted
    for quota in Quota.objects.all():
        assert quota.used == sum(Item.objects.filter(quota_id=quota.pk).values_list("held", flat=True))
    assert refresh_labels(list(Comparison.objects.values_list("pk", flat=True))) == 0, (
        "a label was not what the judgments come to"
    )
