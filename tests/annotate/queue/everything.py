"""What people and leads do, each an act on a project at work."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from annotate.models import Assignment
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
from core.bulk import lock_project
from core.comparisons import set_priority, set_votes
from core.errors import PrefereeError
from core.groups import bind_tag, unbind_tag
from core.labels.service import refresh_labels
from core.members import pause, remove, resume
from core.models import Comparison, Group, Judge, Mode, Project, Removal, Role, Subject, User
from core.removing.newcomers import withdraw_new
from core.removing.withdrawing import restore, withdraw
from tests.factories import ComparisonFactory, MembershipFactory


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
        return Comparison.objects.select_related("project", "prompt").get(pk=dice.choice(self.comparisons))


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


def withdraw_and_restore(place: Place, person: User, dice: random.Random) -> None:
    """A comparison, all of a prompt, or all that somebody has said."""
    subject = dice.choice([Subject.COMPARISON, Subject.PROMPT, Subject.PERSON])
    theirs = Judge.objects.filter(person=dice.choice(place.people)).values_list("pk", flat=True)
    comparisons, prompts = place.some(dice)[:3], [place.one(dice).prompt_id]
    ids = {Subject.COMPARISON: comparisons, Subject.PROMPT: prompts, Subject.PERSON: list(theirs)}[subject]
    for mode, work in ((Mode.WITHDRAW, withdraw), (Mode.RESTORE, restore)):
        asked = Removal.objects.create(project=place.again(), subject=subject, mode=mode, targets=ids)
        work(asked, ids, lambda: None)


def bring(place: Place, person: User, dice: random.Random) -> None:
    """As a run does it: what holds anything that is withdrawn is withdrawn from the start."""
    prompt, texts = place.one(dice).prompt, [f"{dice.random()} is a number", f"{dice.random()} is another"]
    with transaction.atomic():
        lock_project(prompt.project_id)
        withdraw_new([ComparisonFactory(project=place.again(), prompt=prompt, votes_wanted=2, texts=texts).pk])


def part_and_come_back(place: Place, person: User, dice: random.Random) -> None:
    leaving = dice.choice(place.people)
    remove(place.again(), leaving, by=person)
    MembershipFactory(project=place.again(), role=Role.ANNOTATOR, user=leaving)


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
    *(withdraw_and_restore, withdraw_and_restore, withdraw_and_restore, bring, part_and_come_back),
    *(label, abandon, abandon),
]


def at_it(place: Place, acts: list[Act], person: User, seed: int, times: int) -> None:
    dice = random.Random(seed)
    for _ in range(times):
        act = dice.choice(acts)
        try:
            act(place, person, dice)
        except (PrefereeError, PermissionDenied) as error:
            place.told[f"{act.__name__}: {type(error).__name__}"] += 1
        else:
            place.told[act.__name__] += 1
