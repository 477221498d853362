"""What an answer becomes: one judgment, in the person's name, whatever happens twice or too late."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from annotate.actions import Answer, skip, submit_judgment
from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.questions import BadAnswer
from annotate.reservations import take_next
from core.errors import Conflict
from core.judges import judge_of
from core.models import Comparison, Judgment, Label, Project, Role, Status, User
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory, ProjectFactory

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
    assert take_next(user, project) is not None
    return user


def answer(value: str = "a2", client_id: UUID | None = None, **fields) -> Answer:
    return Answer(client_id or uuid4(), value, **fields)


def lapse(comparison: Comparison) -> None:
    """As when the half hour is over and somebody else asks for work."""
    Assignment.objects.filter(comparison=comparison, state="held").update(
        state=AssignmentState.LAPSED, expires=timezone.now() - timedelta(hours=1)
    )
    QueueItem.objects.filter(comparison=comparison).update(held=0)


def held(comparison: Comparison) -> int:
    return QueueItem.objects.get(comparison=comparison).held


def test_an_answer_is_a_judgment_with_all_that_is_known_of_it(project, comparison, person):
    client_id, before = uuid4(), timezone.now()
    sent = answer("a2", client_id, rationale="Shorter.", wall_ms=9000, active_ms=7000)
    submit_judgment(comparison, sent, by=person)
    judgment, assignment = Judgment.objects.get(), Assignment.objects.get()
    assert judgment.ranks[assignment.order[0]] == 1
    assert (judgment.strength, judgment.both_bad, judgment.status, judgment.live) == (2, False, Status.SUBMITTED, True)
    assert (judgment.person, judgment.judge) == (person, judge_of(person, project))
    assert (judgment.round, judgment.occasion, judgment.sample) == (project.current_round, "first", 1)
    assert (judgment.order, judgment.order_no) == (assignment.order, assignment.order[0])
    assert (judgment.rationale, judgment.wall_ms, judgment.active_ms) == ("Shorter.", 9000, 7000)
    assert (judgment.touched, judgment.client_id, judgment.created > before) == (True, client_id, True)
    assert (assignment.state, held(comparison)) == (AssignmentState.DONE, 1)


@pytest.mark.parametrize("value", ["a1", "b3", "tie", "both_bad"])
def test_the_label_follows_at_once(comparison, person, value):
    judgment = submit_judgment(comparison, answer(value), by=person)
    label = Label.objects.get()
    assert (label.ranks, label.both_bad, label.tier) == (judgment.ranks, value == "both_bad", "people")


def test_two_people_who_contradict_each_other_leave_it_undecided(project):
    comparison = ComparisonFactory(project=project, votes_wanted=2)
    for slot in (0, 1):
        person = holder(project)
        order = Assignment.objects.get(person=person).order
        submit_judgment(comparison, answer(f"{'ab'[order.index(slot)]}1"), by=person)
    assert Label.objects.get().undecided


def test_the_same_answer_twice_is_one_judgment(comparison, person):
    sent = answer()
    first = submit_judgment(comparison, sent, by=person)
    assert submit_judgment(comparison, sent, by=person) == first
    assert (Judgment.objects.count(), held(comparison)) == (1, 1)


def test_another_answer_from_an_old_page_does_not_change_the_first(comparison, person):
    first = submit_judgment(comparison, answer("a1"), by=person)
    assert submit_judgment(comparison, answer("b3"), by=person) == first
    assert Judgment.objects.get().strength == 1


def test_a_mark_of_another_person_is_refused(project, person):
    comparison = ComparisonFactory(project=project, votes_wanted=2)
    taken = uuid4()
    submit_judgment(Comparison.objects.exclude(pk=comparison.pk).get(), answer("a1", taken), by=person)
    other = holder(project)
    with pytest.raises(Conflict, match="carries the mark of another one. Reload the page"):
        submit_judgment(comparison, answer("a1", taken), by=other)
    assert Judgment.objects.count() == 1


def test_a_mark_of_another_comparison_is_refused_and_not_taken_for_its_answer(project, comparison, person):
    second, taken = ComparisonFactory(project=project), uuid4()
    submit_judgment(comparison, answer("a1", taken), by=person)
    assert take_next(person, project).comparison == second
    with pytest.raises(Conflict):
        submit_judgment(second, answer("b1", taken), by=person)
    assert Assignment.objects.get(comparison=second).state == AssignmentState.HELD
    assert submit_judgment(second, answer("b1"), by=person).comparison == second


def test_a_comparison_that_was_never_reserved_is_refused(project, comparison, person):
    stranger = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    for verb in (submit_judgment, skip):
        with pytest.raises(PermissionDenied, match="was not reserved for you"):
            verb(comparison, answer(), by=stranger)
    assert not Judgment.objects.exists()


@pytest.mark.parametrize("value", ["", "nonsense"])
def test_an_answer_that_says_nothing_changes_nothing(comparison, person, value):
    with pytest.raises(BadAnswer):
        submit_judgment(comparison, answer(value), by=person)
    assert not Judgment.objects.exists()
    assert (Assignment.objects.get().state, held(comparison)) == (AssignmentState.HELD, 1)


def test_a_late_answer_counts_where_a_place_is_left(comparison, person):
    lapse(comparison)
    assert submit_judgment(comparison, answer(), by=person).status == Status.SUBMITTED
    assert (held(comparison), Label.objects.count()) == (1, 1)


def test_a_late_answer_on_a_full_comparison_is_kept_and_does_not_count(project, comparison, person):
    lapse(comparison)
    other = holder(project)
    late = submit_judgment(comparison, answer("a1"), by=person)
    assert (late.status, held(comparison), Label.objects.count()) == (Status.SURPLUS, 1, 0)
    submit_judgment(comparison, answer("both_bad"), by=other)
    assert Label.objects.get().votes == {"both_bad": 1}


def test_a_skip_frees_the_place_for_others_and_not_for_the_same_person(project, comparison, person):
    skip(comparison, answer("language"), by=person)
    judgment = Judgment.objects.get()
    assert (judgment.status, judgment.ranks, judgment.answers) == (Status.SKIPPED, None, {"skip": "language"})
    assert held(comparison) == 0
    assert take_next(person, project) is None
    assert take_next(MembershipFactory(project=project, role=Role.ANNOTATOR).user, project).comparison == comparison
    assert not Label.objects.exists()


def test_a_skip_twice_frees_one_place(project):
    comparison = ComparisonFactory(project=project, votes_wanted=2)
    person, _ = holder(project), holder(project)
    sent = answer("unclear")
    for _ in range(2):
        skip(comparison, sent, by=person)
    assert (held(comparison), Judgment.objects.count()) == (1, 1)


def test_a_skip_after_the_answer_changes_nothing(comparison, person):
    submit_judgment(comparison, answer(), by=person)
    skip(comparison, answer("unclear"), by=person)
    assert (Judgment.objects.get().status, held(comparison)) == (Status.SUBMITTED, 1)


def test_an_answer_after_a_skip_is_refused_and_says_that_it_was_not_kept(comparison, person):
    skip(comparison, answer("unclear"), by=person)
    with pytest.raises(Conflict, match="You have skipped this comparison, so the answer was not kept"):
        submit_judgment(comparison, answer(), by=person)
    assert (Judgment.objects.get().status, held(comparison)) == (Status.SKIPPED, 0)


def test_a_skip_after_the_reservation_lapsed_frees_nothing_twice(comparison, person):
    lapse(comparison)
    skip(comparison, answer("unclear"), by=person)
    assert held(comparison) == 0


def test_a_skip_hides_nothing_behind_a_comparison_without_a_place(project, comparison, person):
    QueueItem.objects.all().delete()
    assert submit_judgment(comparison, answer(), by=person).status == Status.SUBMITTED


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_judgment(comparison, person):
    sent, outcomes = answer(), []
    gate = threading.Barrier(6)

    def click() -> None:
        try:
            gate.wait(timeout=20)
            outcomes.append(submit_judgment(comparison, sent, by=person).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6
    assert set(outcomes) == {Judgment.objects.get().pk}
    assert held(comparison) == 1


@pytest.mark.django_db(transaction=True)
def test_a_person_and_a_machine_at_the_same_time_leave_the_label_of_the_person(project):
    """The machine's run labels its batch just as the person submits: people come first, whoever is last to write."""
    from core.labels.service import refresh_labels

    for _ in range(4):
        comparison = ComparisonFactory(project=project)
        person, machine = holder(project), JudgeFactory(project=project)
        gate = threading.Barrier(2)

        def judge(comparison=comparison, machine=machine, gate=gate) -> None:
            try:
                gate.wait(timeout=20)
                JudgmentFactory(comparison=comparison, judge=machine, ranks=[1, 2])
                refresh_labels([comparison.pk])
            finally:
                connection.close()

        thread = threading.Thread(target=judge)
        thread.start()
        gate.wait(timeout=20)
        submit_judgment(comparison, answer("both_bad"), by=person)
        thread.join()
        assert Label.objects.get(comparison=comparison).votes == {"both_bad": 1}
