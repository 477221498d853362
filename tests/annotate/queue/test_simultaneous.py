"""Several people, tabs, imports and machines at the same moment, each with a connection of its own."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, QueueItem, Quota
from annotate.queue.quotas import set_quota
from annotate.queue.reservations import take_next
from annotate.queue.seats import let_lapse
from annotate.work.actions import Answer, submit_judgment
from core.bulk import fetch
from core.labels.service import refresh_labels
from core.models import Comparison, Judgment, Label, Project, Role, User
from tests.at_once import at_once
from tests.core.runs.workers import wait_for
from tests.factories import (
    ComparisonFactory,
    JudgeFactory,
    JudgmentFactory,
    MembershipFactory,
    ProjectFactory,
    PromptFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


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
    return Answer(uuid4(), {"main": [value]})


def test_of_sixteen_people_at_once_exactly_as_many_as_wanted_get_a_place(project):
    comparison = ComparisonFactory(project=project, votes_wanted=3)
    people = [annotator(project) for _ in range(16)]

    def work(person: User) -> str:
        assignment = take_next(person, project).assignment
        return "nothing" if assignment is None else submit_judgment(comparison, answer(), by=person).status

    outcomes = at_once(*(lambda person=person: work(person) for person in people))
    assert Counter(outcomes) == {"submitted": 3, "nothing": 13}
    assert Judgment.objects.filter(status="submitted").count() == held(comparison) == 3
    assert sum(Label.objects.get().votes.values()) == 3


def test_sixty_four_people_on_one_comparison_that_wants_three(project):
    """All have it on the screen, for all reservations but those that count have lapsed; each answers at once."""
    comparison = ComparisonFactory(project=project, votes_wanted=3)
    people = [annotator(project) for _ in range(64)]
    for person in people:
        let_expire(take_next(person, project).assignment)
        let_lapse(project, besides=0)
    assert held(comparison) == 0
    outcomes = at_once(*(lambda each=each: submit_judgment(comparison, answer(), by=each).status for each in people))
    assert Counter(outcomes) == {"submitted": 3, "surplus": 61}
    assert Judgment.objects.filter(status="submitted").count() == held(comparison) == 3
    assert sum(Label.objects.get().votes.values()) == 3


def test_sixty_four_people_ask_for_work_at_once(project):
    """Claims, answers and more claims: every place is taken once, and no place is left where somebody was sent away."""
    comparisons = ComparisonFactory.create_batch(8, project=project, votes_wanted=3)
    people = [annotator(project) for _ in range(64)]

    def work(person: User) -> int:
        given = 0
        while assignment := take_next(person, project).assignment:
            submit_judgment(assignment.comparison, answer(), by=person)
            given += 1
        return given

    outcomes = at_once(*(lambda each=each: work(each) for each in people))
    assert sum(outcomes) == Judgment.objects.filter(status="submitted").count() == 24, outcomes
    assert {held(comparison) for comparison in comparisons} == {3}
    assert {sum(label.votes.values()) for label in Label.objects.all()} == {3}


def test_whoever_waits_for_a_place_holds_none_that_others_wait_for(project):
    """They wait for the first, which is taken, and then for the second: the first is not locked any more then."""
    first, second = ComparisonFactory.create_batch(2, project=project)
    ada = annotator(project)
    with ThreadPoolExecutor() as pool, beside() as taking, beside() as looking:
        taking.execute("UPDATE annotate_queueitem SET held = wanted WHERE comparison_id = %s", [first.pk])
        looking.execute("SELECT FROM annotate_queueitem WHERE comparison_id = %s FOR UPDATE", [second.pk])
        asked = pool.submit(in_own_connection, lambda: take_next(ada, project).assignment)
        wait_for(lambda: waits_for(taking), what="ada to wait for the first")
        taking.commit()
        wait_for(lambda: waits_for(looking), what="ada to wait for the second")
        taking.execute("SELECT FROM annotate_queueitem WHERE comparison_id = %s FOR UPDATE NOWAIT", [first.pk])
        looking.commit()
        assert asked.result().comparison == second


def beside() -> psycopg.Connection:
    return psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor})


def in_own_connection(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


def waits_for(other: psycopg.Connection) -> bool:
    """Whether a statement of anybody waits for that connection's transaction."""
    ((waiting,),) = fetch(
        "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))", [other.info.backend_pid]
    )
    return bool(waiting)


def test_a_quota_is_exact_however_many_ask_at_once(project):
    set_quota(project, "language", "en", 5)
    prompt = PromptFactory(project=project, language="en")
    for at in range(12):
        ComparisonFactory(project=project, prompt=prompt, texts=[f"{at} a", f"{at} b"])
    people = [annotator(project) for _ in range(24)]
    outcomes = at_once(*(lambda each=each: take_next(each, project).assignment for each in people))
    assert sum(outcome is not None for outcome in outcomes) == 5, outcomes
    assert Quota.objects.get().used == QueueItem.objects.filter(held=1).count() == 5


def test_orders_of_a_pair_stay_balanced_when_all_ask_at_once(project):
    ComparisonFactory(project=project, votes_wanted=24)
    people = [annotator(project) for _ in range(24)]
    at_once(*(lambda each=each: take_next(each, project).assignment for each in people))
    assert Counter(tuple(each.order) for each in Assignment.objects.all()) == {(0, 1): 12, (1, 0): 12}


def test_places_for_everybody_are_found_by_everybody(project):
    """Nobody is told that nothing is left because somebody else is just taking the first place."""
    ComparisonFactory(project=project, votes_wanted=12)
    people = [annotator(project) for _ in range(12)]
    outcomes = at_once(*(lambda person=person: take_next(person, project).assignment for person in people))
    assert all(isinstance(outcome, Assignment) for outcome in outcomes), outcomes


def test_two_tabs_of_one_person_hold_one_comparison(project):
    ComparisonFactory.create_batch(4, project=project)
    person = annotator(project)
    outcomes = at_once(*[lambda: take_next(person, project).assignment.pk] * 4)
    assert len(set(outcomes)) == 1, outcomes
    assert QueueItem.objects.filter(held=1).count() == 1


def test_an_answer_that_meets_the_lapse_of_its_reservation_never_takes_two_places(project):
    for _ in range(5):
        comparison = ComparisonFactory(project=project)
        late, other = annotator(project), annotator(project)
        let_expire(take_next(late, project).assignment)
        outcomes = at_once(
            lambda comparison=comparison, late=late: submit_judgment(comparison, answer(), by=late).status,
            lambda other=other: take_next(other, project).assignment,
        )
        got, given = outcomes
        assert (got, given is None) in [("submitted", True), ("surplus", False)], outcomes
        assert held(comparison) == 1
        Assignment.objects.filter(person=other).update(state=AssignmentState.LAPSED)
        QueueItem.objects.all().delete()


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
    assert take_next(person, project).assignment is not None
    release.set()
    thread.join()


def test_a_double_click_is_one_judgment(project):
    comparison, person, sent = ComparisonFactory(project=project), annotator(project), answer()
    take_next(person, project)
    outcomes = at_once(*[lambda: submit_judgment(comparison, sent, by=person).pk] * 6)
    assert set(outcomes) == {Judgment.objects.get().pk}
    assert held(comparison) == 1


def test_a_person_and_a_machine_at_the_same_time_leave_the_label_of_the_person(project):
    """The machine's run labels its batch just as the person submits: people come first, whoever is last to write."""

    def judge(comparison: Comparison) -> None:
        JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project), ranks=[1, 2])
        refresh_labels([comparison.pk])

    for _ in range(4):
        comparison, person = ComparisonFactory(project=project), annotator(project)
        take_next(person, project)
        at_once(
            lambda comparison=comparison: judge(comparison),
            lambda comparison=comparison, person=person: submit_judgment(comparison, answer("both_bad"), by=person),
        )
        assert Label.objects.get(comparison=comparison).votes == {"both_bad": 1}
