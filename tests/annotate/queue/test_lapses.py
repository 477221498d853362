"""Places that lapse, answers that come late, marks that belong elsewhere."""

from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from core.errors import Conflict
from core.models import Comparison, Judgment, Label, Project, Role, Status, User
from tests.factories import ComparisonFactory, MembershipFactory, ProjectFactory, RoundFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


@pytest.fixture
def comparison(project) -> Comparison:
    return ComparisonFactory(project=project, texts=["Yes.", "No."])


@pytest.fixture
def person(project, comparison) -> User:
    """Somebody who holds the comparison."""
    return holder(project)


def holder(project: Project) -> User:
    user = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    assert take_next(user, project).assignment is not None
    return user


def answer(value: str = "a2", client_id: UUID | None = None, **fields) -> Answer:
    return Answer(client_id or uuid4(), {"main": [value]}, **fields)


def lapse(comparison: Comparison) -> None:
    """As when the half hour is over and somebody else asks for work."""
    Assignment.objects.filter(comparison=comparison, state="held").update(
        state=AssignmentState.LAPSED, expires=timezone.now() - timedelta(hours=1)
    )
    QueueItem.objects.filter(comparison=comparison).update(held=0)


def annotator(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.ANNOTATOR).user


def held(comparison: Comparison) -> int:
    return QueueItem.objects.get(comparison=comparison).held


def let_expire(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(expires=timezone.now() - timedelta(seconds=1))


def test_many_abandoned_places_of_one_comparison_return_together(project):
    comparison = ComparisonFactory(project=project, votes_wanted=3)
    for _ in range(3):
        let_expire(take_next(annotator(project), project).assignment)
    assert take_next(annotator(project), project).assignment.comparison == comparison
    assert held(comparison) == 1
    assert Counter(Assignment.objects.values_list("state", flat=True)) == {"lapsed": 3, "held": 1}


def test_whoever_let_a_reservation_lapse_may_get_the_comparison_again_in_the_same_order(project):
    ComparisonFactory(project=project)
    person, other = annotator(project), annotator(project)
    mine = take_next(person, project).assignment
    let_expire(mine)
    theirs = take_next(other, project).assignment
    let_expire(theirs)
    again = take_next(person, project).assignment
    assert (again.pk, again.order, again.state) == (mine.pk, mine.order, AssignmentState.HELD)


def test_lapsed_reservations_of_other_projects_stay(project):
    elsewhere = ComparisonFactory()
    stale = take_next(annotator(elsewhere.project), elsewhere.project).assignment
    let_expire(stale)
    take_next(annotator(project), project)
    stale.refresh_from_db()
    assert stale.state == AssignmentState.HELD


def test_a_new_round_asks_in_its_own_name(project):
    ComparisonFactory(project=project, votes_wanted=5)
    second = RoundFactory(project=project, number=1_000_000)
    assert take_next(annotator(project), project).assignment.round == second


def test_nobody_gets_a_comparison_twice_or_one_of_another_project(project):
    ComparisonFactory()
    ComparisonFactory.create_batch(3, project=project, votes_wanted=5)
    person = annotator(project)
    given = []
    while assignment := take_next(person, project).assignment:
        given.append(assignment.comparison.pk)
        submit_judgment(assignment.comparison, answer(), by=person)
    assert len(given) == len(set(given)) == 3


def test_the_queue_goes_by_priority_then_by_age(project):
    first, second, urgent = ComparisonFactory.create_batch(3, project=project)
    QueueItem.objects.filter(comparison=urgent).update(priority=-1)
    person = annotator(project)
    given = []
    while assignment := take_next(person, project).assignment:
        given.append(assignment.comparison)
        submit_judgment(assignment.comparison, answer(), by=person)
    assert given == [urgent, first, second]


def test_taking_costs_the_same_queries_however_long_the_queue_and_the_past(project):
    def queries(person: User) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert take_next(person, project).assignment is not None
        return len(captured)

    ComparisonFactory(project=project, votes_wanted=50)
    few = queries(annotator(project))
    ComparisonFactory.create_batch(10, project=project, votes_wanted=50)
    veteran = annotator(project)
    for _ in range(6):
        submit_judgment(take_next(veteran, project).assignment.comparison, answer(), by=veteran)
    assert queries(veteran) <= few


def test_two_people_who_contradict_each_other_leave_it_undecided(project):
    comparison = ComparisonFactory(project=project, votes_wanted=2)
    for slot in (0, 1):
        person = holder(project)
        order = Assignment.objects.get(person=person).order
        submit_judgment(comparison, answer(f"{'ab'[order.index(slot)]}1"), by=person)
    assert Label.objects.get().undecided


def test_a_mark_of_another_comparison_is_refused_and_not_taken_for_its_answer(project, comparison, person):
    second, taken = ComparisonFactory(project=project), uuid4()
    submit_judgment(comparison, answer("a1", taken), by=person)
    assert take_next(person, project).assignment.comparison == second
    with pytest.raises(Conflict):
        submit_judgment(second, answer("b1", taken), by=person)
    assert Assignment.objects.get(comparison=second).state == AssignmentState.HELD
    assert submit_judgment(second, answer("b1"), by=person).comparison == second


def test_a_late_answer_on_a_full_comparison_is_kept_and_does_not_count(project, comparison, person):
    lapse(comparison)
    other = holder(project)
    late = submit_judgment(comparison, answer("a1"), by=person)
    assert (late.status, held(comparison), Label.objects.count()) == (Status.SURPLUS, 1, 0)
    submit_judgment(comparison, answer("both_bad"), by=other)
    assert Label.objects.get().votes == {"both_bad": 1}


def test_a_skip_after_the_reservation_lapsed_frees_nothing_twice(comparison, person):
    lapse(comparison)
    skip(comparison, Skip(uuid4(), "unclear"), by=person)
    assert held(comparison) == 0


def test_a_skip_twice_frees_one_place(project):
    comparison = ComparisonFactory(project=project, votes_wanted=2)
    person, _ = holder(project), holder(project)
    sent = Skip(uuid4(), "unclear")
    for _ in range(2):
        skip(comparison, sent, by=person)
    assert (held(comparison), Judgment.objects.count()) == (1, 1)


def test_a_skip_hides_nothing_behind_a_comparison_without_a_place(project, comparison, person):
    QueueItem.objects.all().delete()
    assert submit_judgment(comparison, answer(), by=person).status == Status.SUBMITTED


def test_whoever_looks_after_the_half_hour_keeps_what_nobody_else_has_taken(project, comparison, person):
    mine = Assignment.objects.get()
    let_expire(mine)
    ComparisonFactory(project=project, priority=-1)
    assert take_next(person, project).assignment == mine
    assert Assignment.objects.get().state == AssignmentState.HELD
