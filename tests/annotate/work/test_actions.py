from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from annotate.kinds.protocol import BadAnswer
from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from annotate.work.times import Times
from core.errors import Conflict
from core.models import Comparison, Judgment, Label, Project, Status, User
from tests.factories import ComparisonFactory


def answer(choice: str = "a3", rationale: str = "", **more: Times) -> Answer:
    return Answer(uuid4(), {"main": [choice], "rationale": [rationale]}, **more)


@pytest.fixture
def comparison(project: Project) -> Comparison:
    return ComparisonFactory(project=project)


@pytest.fixture
def held(comparison: Comparison, ada: User, project: Project) -> Assignment:
    return take_next(ada, project).assignment


def test_an_answer_is_stored_with_all_that_is_known(held: Assignment, ada: User) -> None:
    Assignment.objects.update(shown=timezone.now() - timedelta(seconds=10))
    given = answer("b2", "It is right.", times=Times(9_000, 7_000))
    judgment = submit_judgment(held.comparison, given, by=ada)
    judgment.refresh_from_db()
    assert judgment.ranks[held.order[1]] == 1
    assert judgment.ranks[held.order[0]] == 2
    assert (judgment.strength, judgment.both_bad, judgment.touched) == (2, False, True)
    assert (judgment.order, judgment.round, judgment.occasion, judgment.sample) == (held.order, held.round, "first", 1)
    assert (judgment.rationale, judgment.wall_ms, judgment.active_ms) == ("It is right.", 9_000, 7_000)
    assert (judgment.client_id, judgment.person, judgment.judge.person) == (given.client_id, ada, ada)
    assert judgment.status == Status.SUBMITTED


def test_an_answer_takes_its_place_and_makes_the_label(held: Assignment, ada: User, project: Project) -> None:
    judgment = submit_judgment(held.comparison, answer(), by=ada)
    assert Label.objects.get().ranks == judgment.ranks
    assert QueueItem.objects.get().is_open is False
    assert Assignment.objects.get().state == AssignmentState.DONE
    assert take_next(ada, project).assignment is None


def test_sent_twice_it_is_one_judgment(held: Assignment, ada: User) -> None:
    given = answer()
    assert submit_judgment(held.comparison, given, by=ada) == submit_judgment(held.comparison, given, by=ada)
    assert Judgment.objects.count() == 1


def test_a_second_tab_does_not_make_a_second_judgment(held: Assignment, ada: User) -> None:
    first = submit_judgment(held.comparison, answer("a3"), by=ada)
    assert submit_judgment(held.comparison, answer("b3"), by=ada) == first


def test_nothing_chosen_stores_nothing(held: Assignment, ada: User) -> None:
    with pytest.raises(BadAnswer, match=r"Choose an answer first, then submit\."):
        submit_judgment(held.comparison, answer(""), by=ada)
    assert not Judgment.objects.exists()
    assert Assignment.objects.get().state == AssignmentState.HELD


def test_what_was_not_reserved_cannot_be_judged(comparison: Comparison, ada: User) -> None:
    with pytest.raises(PermissionDenied):
        submit_judgment(comparison, answer(), by=ada)


def test_another_persons_mark_is_refused(ada: User, bruno: User, project: Project) -> None:
    comparison = ComparisonFactory(project=project, votes_wanted=2)
    given = answer()
    submit_judgment(take_next(ada, project).assignment.comparison, given, by=ada)
    take_next(bruno, project)
    with pytest.raises(Conflict):
        submit_judgment(comparison, given, by=bruno)


@pytest.mark.parametrize(("wanted", "status"), [(2, Status.SUBMITTED), (1, Status.SURPLUS)])
def test_a_late_answer_counts_where_a_place_is_left_and_is_kept_where_not(
    ada: User, bruno: User, project: Project, wanted: int, status: str
) -> None:
    comparison = ComparisonFactory(project=project, votes_wanted=wanted)
    late = take_next(ada, project).assignment
    Assignment.objects.filter(pk=late.pk).update(expires=timezone.now() - timedelta(seconds=1))
    take_next(bruno, project)
    submit_judgment(comparison, answer("a1"), by=bruno)
    assert submit_judgment(comparison, answer("b1"), by=ada).status == status
    assert QueueItem.objects.get().held == wanted


def test_a_skipped_comparison_goes_to_somebody_else_and_does_not_come_back(
    held: Assignment, ada: User, bruno: User, project: Project
) -> None:
    skip(held.comparison, Skip(uuid4(), "language"), by=ada)
    judgment = Judgment.objects.get()
    assert (judgment.status, judgment.answers, judgment.ranks) == (Status.SKIPPED, {"skip": "language"}, None)
    assert take_next(ada, project).assignment is None
    assert take_next(bruno, project).assignment.comparison_id == held.comparison_id


def test_skipping_twice_frees_one_place(held: Assignment, ada: User) -> None:
    for _ in range(2):
        skip(held.comparison, Skip(uuid4(), "broken"), by=ada)
    assert Judgment.objects.count() == 1
    assert QueueItem.objects.get().held == 0


def test_an_answer_cannot_be_skipped_afterwards(held: Assignment, ada: User) -> None:
    submit_judgment(held.comparison, answer(), by=ada)
    skip(held.comparison, Skip(uuid4(), "broken"), by=ada)
    assert Judgment.objects.get().status == Status.SUBMITTED
    assert QueueItem.objects.get().held == 1


def test_a_skipped_comparison_cannot_be_answered_afterwards(held: Assignment, ada: User) -> None:
    skip(held.comparison, Skip(uuid4(), "broken"), by=ada)
    with pytest.raises(Conflict, match="You have skipped this comparison"):
        submit_judgment(held.comparison, answer(), by=ada)
