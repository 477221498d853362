from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.queue.reservations import RESERVED_FOR, take_next
from core.models import Project, Role, User
from tests.factories import ComparisonFactory, MembershipFactory, ProjectFactory


def lapse(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(expires=timezone.now() - timedelta(seconds=1))


def test_the_same_comparison_stays_until_it_is_answered(ada: User, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project)
    assert take_next(ada, project).assignment == take_next(ada, project).assignment


def test_two_people_do_not_get_the_same_comparison_where_one_is_wanted(
    ada: User, bruno: User, project: Project
) -> None:
    ComparisonFactory.create_batch(2, project=project)
    first, second = take_next(ada, project).assignment, take_next(bruno, project).assignment
    assert first.comparison_id != second.comparison_id


def test_two_people_get_the_same_comparison_where_two_are_wanted(ada: User, bruno: User, project: Project) -> None:
    ComparisonFactory(project=project, votes_wanted=2)
    assert take_next(ada, project).assignment.comparison_id == take_next(bruno, project).assignment.comparison_id


def test_the_last_one_is_not_given_away_twice(ada: User, bruno: User, project: Project) -> None:
    ComparisonFactory(project=project)
    take_next(ada, project)
    assert take_next(bruno, project).assignment is None


def test_an_abandoned_comparison_goes_to_the_next_person(ada: User, bruno: User, project: Project) -> None:
    comparison = ComparisonFactory(project=project)
    lapse(take_next(ada, project).assignment)
    assert take_next(bruno, project).assignment.comparison_id == comparison.pk
    assert Assignment.objects.get(person=ada).state == AssignmentState.LAPSED
    assert QueueItem.objects.get().held == 1


def test_looking_at_it_keeps_the_reservation(ada: User, project: Project) -> None:
    ComparisonFactory(project=project)
    Assignment.objects.filter(pk=take_next(ada, project).assignment.pk).update(
        expires=timezone.now() + timedelta(minutes=1)
    )
    take_next(ada, project)
    assert Assignment.objects.get().expires > timezone.now() + RESERVED_FOR - timedelta(minutes=1)


def test_what_was_shown_first_stays_the_start_of_the_clock(ada: User, project: Project) -> None:
    ComparisonFactory(project=project)
    assert take_next(ada, project).assignment.shown == take_next(ada, project).assignment.shown


def test_urgent_comparisons_come_first(ada: User, project: Project) -> None:
    ComparisonFactory(project=project)
    urgent = ComparisonFactory(project=project, priority=-5)
    assert take_next(ada, project).assignment.comparison_id == urgent.pk


def test_what_nobody_wants_judged_is_not_handed_out(ada: User, project: Project) -> None:
    ComparisonFactory(project=project, votes_wanted=0)
    assert take_next(ada, project).assignment is None


def test_other_projects_are_not_touched(ada: User, project: Project) -> None:
    ComparisonFactory(project=ProjectFactory())
    assert take_next(ada, project).assignment is None


def test_a_closed_project_hands_out_nothing(ada: User, project: Project) -> None:
    ComparisonFactory(project=project)
    project.rounds.update(closed=timezone.now())
    assert take_next(ada, project).assignment is None


def test_the_order_is_recorded_and_the_same_every_time(ada: User, project: Project) -> None:
    ComparisonFactory(project=project)
    assignment = take_next(ada, project).assignment
    assert sorted(assignment.order) == [0, 1]
    lapse(assignment)
    Assignment.objects.update(state=AssignmentState.LAPSED)
    QueueItem.objects.update(held=0)
    assert take_next(ada, project).assignment.order == assignment.order


@pytest.mark.parametrize("texts", [["a", "b"], ["a", "b", "c", "d"]])
def test_each_order_of_a_comparison_is_seen_equally_often(project: Project, texts: list[str]) -> None:
    k = len(texts)
    comparison = ComparisonFactory(project=project, votes_wanted=2 * k, texts=texts)
    QueueItem.objects.get_or_create(comparison=comparison, project=project, defaults={"wanted": 2 * k})
    people = [MembershipFactory(project=project, role=Role.ANNOTATOR).user for _ in range(2 * k)]
    orders = [take_next(person, project).assignment.order for person in people]
    for place in range(k):
        assert Counter(order[place] for order in orders) == dict.fromkeys(range(k), 2)


def test_an_order_that_was_given_back_is_given_again(project: Project, ada: User, bruno: User) -> None:
    ComparisonFactory(project=project, votes_wanted=2)
    first, second = take_next(ada, project).assignment, take_next(bruno, project).assignment
    assert first.order == second.order[::-1]
    lapse(first)
    third = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    assert take_next(third, project).assignment.order == first.order
