"""Two managers at the same moment, each with a connection of their own."""

from collections import Counter
from uuid import uuid4

import pytest

from annotate.models import Assignment, QueueItem
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, submit_judgment
from core.assigning import assign_to_person
from core.groups import bind_tag, move_rule, unbind_tag
from core.members import change_role, pause, remove
from core.models import Membership, Project, Role, TagRule
from tests.at_once import at_once
from tests.core.people.conftest import member
from tests.factories import ComparisonFactory, GroupFactory, ProjectFactory, PromptFactory, TagRuleFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


def owners(project: Project) -> int:
    return Membership.objects.filter(project=project, role=Role.OWNER).count()


@pytest.mark.parametrize("how", ["demote each other", "step down", "leave", "one leaves and one is removed"])
def test_two_owners_who_go_at_once_leave_one(how: str) -> None:
    for _ in range(4):
        project = ProjectFactory()
        one, two = member(project, Role.OWNER), member(project, Role.OWNER)
        works = {
            "demote each other": (
                lambda project=project, one=one, two=two: change_role(project, two, Role.VIEWER, by=one),
                lambda project=project, one=one, two=two: change_role(project, one, Role.VIEWER, by=two),
            ),
            "step down": (
                lambda project=project, one=one: change_role(project, one, Role.VIEWER, by=one),
                lambda project=project, two=two: change_role(project, two, Role.VIEWER, by=two),
            ),
            "leave": (
                lambda project=project, one=one: remove(project, one, by=one),
                lambda project=project, two=two: remove(project, two, by=two),
            ),
            "one leaves and one is removed": (
                lambda project=project, one=one: remove(project, one, by=one),
                lambda project=project, one=one, two=two: remove(project, two, by=one),
            ),
        }[how]
        outcomes = at_once(*works)
        assert owners(project) == 1, outcomes
        assert sum(outcome is None for outcome in outcomes) == 1, outcomes


def test_who_is_paused_while_they_ask_for_work_holds_nothing_afterwards(project: Project) -> None:
    owner = member(project, Role.OWNER)
    for _ in range(8):
        comparison, person = ComparisonFactory(project=project), member(project, Role.ANNOTATOR)
        outcomes = at_once(
            lambda person=person: take_next(person, project).assignment,
            lambda person=person: pause(project, person, by=owner),
        )
        assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
        assert not Assignment.objects.filter(person=person, state="held").exists(), outcomes
        assert QueueItem.objects.get(comparison=comparison).held == 0
        comparison.delete()


def test_assignments_of_the_same_comparisons_to_many_people_never_take_more_places_than_wanted(
    project: Project,
) -> None:
    comparisons = ComparisonFactory.create_batch(5, project=project, votes_wanted=2)
    ids, people = [each.pk for each in comparisons], [member(project, Role.ANNOTATOR) for _ in range(6)]
    outcomes = at_once(
        *(lambda person=person: assign_to_person(project, ids, person, None).assigned for person in people[:4]),
        *(lambda person=person: take_next(person, project).assignment and 1 for person in people[4:]),
    )
    taken = Counter(Assignment.objects.exclude(state="lapsed").values_list("comparison", flat=True))
    assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
    assert set(taken.values()) == {2}
    assert set(QueueItem.objects.values_list("held", flat=True)) == {2}


def test_rules_that_change_while_people_judge_lose_no_place_and_meet_no_deadlock(project: Project) -> None:
    group = GroupFactory(project=project)
    for _ in range(12):
        ComparisonFactory(project=project, prompt=PromptFactory(project=project, tags=["safety"]), votes_wanted=3)
    people = [member(project, Role.ANNOTATOR) for _ in range(4)]
    group.people.add(*people)

    def judge(person) -> int:
        done = 0
        while assignment := take_next(person, project).assignment:
            submit_judgment(assignment.comparison, Answer(uuid4(), {"main": ["tie"]}), by=person)
            done += 1
        return done

    def rule() -> None:
        for _ in range(4):
            unbind_tag(bind_tag(group, "safety"))

    outcomes = at_once(rule, *(lambda person=person: judge(person) for person in people))
    assert outcomes[0] is None, outcomes
    # Somebody who asked just when every comparison moved was told to come back.
    assert sum(outcomes[1:]) + sum(judge(person) for person in people) == 36, outcomes
    assert set(QueueItem.objects.values_list("held", "group_id")) == {(3, 0)}


def test_rules_that_are_bound_and_moved_at_once_stay_an_order(project: Project) -> None:
    group = GroupFactory(project=project)
    rules = [TagRuleFactory(project=project, group=group, number=number) for number in (1, 2, 3)]
    outcomes = at_once(
        *(lambda n=n: bind_tag(group, f"new {n}") and None for n in range(3)),
        lambda: move_rule(rules[2], up=True),
        lambda: unbind_tag(rules[0]),
    )
    assert outcomes == [None] * 5
    assert sorted(TagRule.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
