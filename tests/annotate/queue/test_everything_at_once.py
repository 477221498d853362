"""Many people at work while a lead changes whatever can be changed: nobody is given up, and every count stays true.

What each does is drawn by a seed; how it falls together is not. A deadlock or a count that is off is a fault.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, Quota
from annotate.models import QueueItem as Item
from annotate.own.revising import revise, standing_answer
from annotate.queue.assigning import assign, take_back
from annotate.queue.items import refresh_project
from annotate.queue.quotas import remove_quota, set_quota
from annotate.queue.reservations import take_ahead, take_next
from annotate.queue.seats import let_lapse
from annotate.queue.strategy import reorder
from annotate.review.deciding import decide, decision_of
from annotate.review.flags import flag
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from annotate.work.undo import undo_last
from core.comparisons import set_priority, set_votes
from core.errors import PrefereeError
from core.groups import bind_tag, unbind_tag
from core.labels.service import refresh_labels
from core.members import pause, resume
from core.models import Comparison, Group, Judgment, Project, Role, Strategy, User
from tests.at_once import at_once
from tests.factories import ComparisonFactory, GroupFactory, MembershipFactory, ProjectFactory, PromptFactory

pytestmark = pytest.mark.django_db(transaction=True)

ACTS = 60
RESERVED = (AssignmentState.HELD, AssignmentState.AHEAD, AssignmentState.ASSIGNED)


@dataclass
class Place:
    """A project at work; `told` is how often each verb went through, or was refused with a sentence."""

    project: Project
    comparisons: list[int]
    people: list[User]
    lead: User
    group: Group
    told: Counter[str]

    def again(self) -> Project:
        """As a request reads it."""
        return Project.objects.get(pk=self.project.pk)

    def some(self, dice: random.Random) -> list[int]:
        return dice.sample(self.comparisons, 6)

    def one(self, dice: random.Random) -> Comparison:
        return Comparison.objects.select_related("project").get(pk=dice.choice(self.comparisons))


Act = Callable[[Place, User, random.Random], object]


def answer(dice: random.Random) -> Answer:
    return Answer(uuid4(), {"main": [dice.choice(["a1", "b1"])]})


def judge(place: Place, person: User, dice: random.Random) -> None:
    if held := take_next(person, place.again()).assignment:
        submit_judgment(held.comparison, answer(dice), by=person)


def pass_over(place: Place, person: User, dice: random.Random) -> None:
    if held := take_next(person, place.again()).assignment:
        skip(held.comparison, Skip(uuid4(), "unclear"), by=person)


def look_ahead(place: Place, person: User, dice: random.Random) -> None:
    take_ahead(person, place.again())


def undo(place: Place, person: User, dice: random.Random) -> None:
    undo_last(person, place.again())


def change(place: Place, person: User, dice: random.Random) -> None:
    comparison = place.one(dice)
    if before := standing_answer(comparison, person):
        revise(comparison, answer(dice), after=before.client_id, by=person)


def ask_for_a_look(place: Place, person: User, dice: random.Random) -> None:
    flag(place.one(dice), "Both say the same", by=person)


def send_away_and_back(place: Place, person: User, dice: random.Random) -> None:
    away = dice.choice(place.people)
    pause(place.again(), away, by=person)
    resume(place.again(), away, by=person)


def bind(place: Place, person: User, dice: random.Random) -> None:
    unbind_tag(bind_tag(place.group, "safety"))


def widen(place: Place, person: User, dice: random.Random) -> None:
    set_quota(place.again(), "tag", "code", dice.randrange(10, 60))


def count_and_stop(place: Place, person: User, dice: random.Random) -> None:
    remove_quota(set_quota(place.again(), "tag", "safety", 40))


def give(place: Place, person: User, dice: random.Random) -> None:
    assign(place.again(), place.some(dice), dice.choice(place.people), person)


def take(place: Place, person: User, dice: random.Random) -> None:
    take_back(place.again(), place.some(dice), dice.choice(place.people), person)


def want(place: Place, person: User, dice: random.Random) -> None:
    set_votes(place.again(), [place.some(dice)], dice.randrange(2, 9), by=person)


def hurry(place: Place, person: User, dice: random.Random) -> None:
    set_priority(place.again(), [place.some(dice)], dice.randrange(3), by=person)


def settle(place: Place, person: User, dice: random.Random) -> None:
    comparison = place.one(dice)
    before = decision_of(comparison, person)
    decide(comparison, dice.choice(["a", "b"]), "", uuid4(), by=person, after=before.client_id if before else None)


def order_anew(place: Place, person: User, dice: random.Random) -> None:
    reorder(place.again())


def make_true(place: Place, person: User, dice: random.Random) -> None:
    refresh_project(place.again())


def label(place: Place, person: User, dice: random.Random) -> None:
    refresh_labels(sorted(place.some(dice)))


def abandon(place: Place, person: User, dice: random.Random) -> None:
    """As if half an hour had gone by for a few."""
    held = Assignment.objects.filter(project=place.project, state__in=("held", "ahead"), expires__isnull=False)
    few = list(held.order_by("pk").values_list("pk", flat=True)[:4])
    for pk in few:
        held.filter(pk=pk).update(expires=timezone.now() - timedelta(seconds=1))
    let_lapse(place.project, besides=0)


AT_WORK: list[Act] = [judge, judge, judge, judge, pass_over, look_ahead, undo, change, ask_for_a_look]
LEADING: list[Act] = [
    *(send_away_and_back, bind, widen, count_and_stop, give, take, want, hurry, settle, order_anew, make_true),
    *(label, abandon, abandon),
]


def at_it(place: Place, acts: list[Act], person: User, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(ACTS):
        act = dice.choice(acts)
        try:
            act(place, person, dice)
        except (PrefereeError, PermissionDenied) as error:
            place.told[f"{act.__name__}: {type(error).__name__}"] += 1
        else:
            place.told[act.__name__] += 1


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
    working = [partial(at_it, place, AT_WORK, person, at) for at, person in enumerate(place.people)]
    leading = [partial(at_it, place, LEADING, place.lead, 100 + at) for at in range(3)]
    assert set(at_once(*working, *leading)) == {None}
    done = {name.partition(":")[0] for name in place.told}
    assert done == {act.__name__ for act in (*AT_WORK, *LEADING)}, place.told
    assert place.told["judge"] > 100, place.told

    reserved = Counter(Assignment.objects.filter(state__in=RESERVED).values_list("comparison", flat=True))
    first = Judgment.objects.filter(live=True, status="submitted", occasion="first")
    counted = reserved + Counter(first.values_list("comparison", flat=True))
    held = dict(Item.objects.values_list("comparison", "held"))
    assert {pk: n for pk, n in held.items() if n} == counted
    for quota in Quota.objects.all():
        assert quota.used == sum(Item.objects.filter(quota_id=quota.pk).values_list("held", flat=True))
    assert refresh_labels(place.comparisons) == 0, "a label was not what the judgments come to"
