"""Who gets which comparison next, and that no more people get it than are wanted."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.actions import Answer, submit_judgment
from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.reservations import RESERVED_FOR, order_for, take_next
from core.models import Comparison, Judgment, Label, Project, Role, User
from tests.factories import ComparisonFactory, MembershipFactory, ProjectFactory, RoundFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


def annotator(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.ANNOTATOR).user


def held(comparison: Comparison) -> int:
    return QueueItem.objects.get(comparison=comparison).held


def let_expire(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(expires=timezone.now() - timedelta(seconds=1))


def answer(value: str = "a1") -> Answer:
    return Answer(uuid4(), value)


def test_the_next_comparison_is_reserved_for_half_an_hour(project):
    comparison, person = ComparisonFactory(project=project), annotator(project)
    assignment = take_next(person, project)
    assert (assignment.comparison, assignment.person, assignment.state) == (comparison, person, AssignmentState.HELD)
    assert (assignment.round, assignment.project) == (project.current_round, project)
    assert abs(assignment.expires - timezone.now() - RESERVED_FOR) < timedelta(seconds=10)
    assert held(comparison) == 1


def test_looking_again_gives_the_same_comparison_and_renews_the_reservation(project):
    ComparisonFactory.create_batch(2, project=project)
    person = annotator(project)
    first = take_next(person, project)
    let_expire(first)
    again = take_next(person, project)
    assert (again.pk, again.expires > timezone.now()) == (first.pk, True)
    assert Assignment.objects.count() == 1


def test_the_queue_goes_by_priority_then_by_age(project):
    first, second, urgent = ComparisonFactory.create_batch(3, project=project)
    QueueItem.objects.filter(comparison=urgent).update(priority=-1)
    person = annotator(project)
    given = []
    while assignment := take_next(person, project):
        given.append(assignment.comparison)
        submit_judgment(assignment.comparison, answer(), by=person)
    assert given == [urgent, first, second]


def test_nobody_gets_a_comparison_twice_or_one_of_another_project(project):
    ComparisonFactory()
    ComparisonFactory.create_batch(3, project=project, votes_wanted=5)
    person = annotator(project)
    given = []
    while assignment := take_next(person, project):
        given.append(assignment.comparison.pk)
        submit_judgment(assignment.comparison, answer(), by=person)
    assert len(given) == len(set(given)) == 3


def test_when_all_places_are_taken_nothing_is_left_for_others(project):
    comparison = ComparisonFactory(project=project, votes_wanted=2)
    people = [annotator(project) for _ in range(3)]
    assert [take_next(person, project) is not None for person in people] == [True, True, False]
    assert held(comparison) == 2


def test_an_abandoned_reservation_returns_to_the_others(project):
    comparison, person, other = ComparisonFactory(project=project), annotator(project), annotator(project)
    abandoned = take_next(person, project)
    assert take_next(other, project) is None
    let_expire(abandoned)
    assert take_next(other, project).comparison == comparison
    abandoned.refresh_from_db()
    assert abandoned.state == AssignmentState.LAPSED
    assert held(comparison) == 1


def test_many_abandoned_places_of_one_comparison_return_together(project):
    comparison = ComparisonFactory(project=project, votes_wanted=3)
    for _ in range(3):
        let_expire(take_next(annotator(project), project))
    assert take_next(annotator(project), project).comparison == comparison
    assert held(comparison) == 1
    assert Counter(Assignment.objects.values_list("state", flat=True)) == {"lapsed": 3, "held": 1}


def test_whoever_let_a_reservation_lapse_may_get_the_comparison_again_in_the_same_order(project):
    ComparisonFactory(project=project)
    person, other = annotator(project), annotator(project)
    mine = take_next(person, project)
    let_expire(mine)
    theirs = take_next(other, project)
    let_expire(theirs)
    again = take_next(person, project)
    assert (again.pk, again.order, again.state) == (mine.pk, mine.order, AssignmentState.HELD)


def test_lapsed_reservations_of_other_projects_stay(project):
    elsewhere = ComparisonFactory()
    stale = take_next(annotator(elsewhere.project), elsewhere.project)
    let_expire(stale)
    take_next(annotator(project), project)
    stale.refresh_from_db()
    assert stale.state == AssignmentState.HELD


def test_without_an_open_round_nobody_gets_anything(project):
    ComparisonFactory(project=project)
    project.rounds.update(closed=timezone.now())
    assert take_next(annotator(project), project) is None


def test_a_new_round_asks_in_its_own_name(project):
    ComparisonFactory(project=project, votes_wanted=5)
    second = RoundFactory(project=project, number=99)
    assert take_next(annotator(project), project).round == second


def test_the_order_is_random_over_people_and_the_same_for_each(project):
    comparisons = ComparisonFactory.create_batch(8, project=project)
    people = [annotator(project) for _ in range(25)]
    orders = {(p.pk, c.pk): order_for(p, c, project.seed) for p in people for c in comparisons}
    assert all(sorted(order) == [0, 1] for order in orders.values())
    swapped = sum(order == [1, 0] for order in orders.values())
    assert 70 < swapped < 130
    assert orders == {(p.pk, c.pk): order_for(p, c, project.seed) for p in people for c in comparisons}
    assert orders != {(p.pk, c.pk): order_for(p, c, project.seed + 1) for p in people for c in comparisons}


def test_taking_costs_the_same_queries_however_long_the_queue_and_the_past(project):
    def queries(person: User) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert take_next(person, project) is not None
        return len(captured)

    ComparisonFactory(project=project, votes_wanted=50)
    few = queries(annotator(project))
    ComparisonFactory.create_batch(10, project=project, votes_wanted=50)
    veteran = annotator(project)
    for _ in range(6):
        submit_judgment(take_next(veteran, project).comparison, answer(), by=veteran)
    assert queries(veteran) <= few


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Each in a thread with a connection of its own, all let go in the same instant."""
    gate, outcomes = threading.Barrier(len(works)), [None] * len(works)

    def run(at: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=20)
            outcomes[at] = work()
        except Exception as error:
            outcomes[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_people_at_once_exactly_as_many_as_wanted_get_a_place(project):
    comparison = ComparisonFactory(project=project, votes_wanted=3)
    people = [annotator(project) for _ in range(16)]

    def work(person: User) -> str:
        assignment = take_next(person, project)
        return "nothing" if assignment is None else submit_judgment(comparison, answer(), by=person).status

    outcomes = at_once(*(lambda person=person: work(person) for person in people))
    assert Counter(outcomes) == {"submitted": 3, "nothing": 13}
    assert Judgment.objects.filter(status="submitted").count() == held(comparison) == 3
    assert sum(Label.objects.get().votes.values()) == 3


@pytest.mark.django_db(transaction=True)
def test_places_for_everybody_are_found_by_everybody(project):
    """Nobody is told that nothing is left because somebody else is just taking the first place."""
    ComparisonFactory(project=project, votes_wanted=12)
    people = [annotator(project) for _ in range(12)]
    outcomes = at_once(*(lambda person=person: take_next(person, project) for person in people))
    assert all(isinstance(outcome, Assignment) for outcome in outcomes), outcomes


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_one_person_hold_one_comparison(project):
    ComparisonFactory.create_batch(4, project=project)
    person = annotator(project)
    outcomes = at_once(*[lambda: take_next(person, project).pk] * 4)
    assert len(set(outcomes)) == 1, outcomes
    assert QueueItem.objects.filter(held=1).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_meets_the_lapse_of_its_reservation_never_takes_two_places(project):
    for _ in range(5):
        comparison = ComparisonFactory(project=project)
        late, other = annotator(project), annotator(project)
        let_expire(take_next(late, project))
        outcomes = at_once(
            lambda comparison=comparison, late=late: submit_judgment(comparison, answer(), by=late).status,
            lambda other=other: take_next(other, project),
        )
        got, given = outcomes
        assert (got, given is None) in [("submitted", True), ("surplus", False)], outcomes
        assert held(comparison) == 1
        Assignment.objects.filter(person=other).update(state=AssignmentState.LAPSED)
        QueueItem.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_a_claim_under_way_is_waited_for(project):
    """A place whose row is locked for a moment and given back is found by whoever came meanwhile."""
    ComparisonFactory(project=project)
    person, locked, release = annotator(project), threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                list(QueueItem.objects.select_for_update())
                locked.set()
                release.wait(timeout=0.5)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(timeout=20)
    assert take_next(person, project) is not None
    release.set()
    thread.join()
