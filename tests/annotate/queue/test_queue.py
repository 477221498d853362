"""The queue follows the comparisons and what people have said of them."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.models import Assignment, QueueItem
from annotate.queue.items import refresh
from annotate.queue.reservations import take_next
from core.models import Comparison, JudgeKind, Role
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def line(*names: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    responses = [{"id": id_, "content": id_} for id_ in "ab"]
    said = [{"judge": name, "kind": "human", "responses": ["a", "b"], "preference": 1, **fields} for name in names]
    return {"prompt": f"Number {number}?", "responses": responses, "judgments": said, "comparisons": [["a", "b"]]}


def seats() -> list[tuple[int, int, bool]]:
    return list(QueueItem.objects.order_by("comparison").values_list("wanted", "held", "is_open"))


def vote(comparison: Comparison, **fields: Any) -> None:
    judge = JudgeFactory(project=comparison.project, kind=fields.pop("kind", JudgeKind.HUMAN))
    JudgmentFactory(comparison=comparison, judge=judge, **fields)


def test_imported_comparisons_are_offered_with_the_places_still_free(load):
    project = create_project("p", overlap=2)
    load(project, line(number=1), line("ann", number=2), line("ann", "bob", number=3), line("a", "b", "c", number=4))
    assert sorted(seats()) == [(2, 0, True), (2, 1, True), (2, 2, False), (3, 3, False)]


def test_a_later_import_takes_the_places_that_it_fills(load):
    project = create_project("p", overlap=2)
    load(project, line())
    load(project, line("ann"))
    load(project, line("ann", "bob"))
    assert seats() == [(2, 2, False)]


def test_made_comparisons_are_offered_as_often_as_was_asked_for(load):
    project = create_project("p", overlap=2)
    load(project, {"prompt": "Which?", "responses": [{"id": text, "content": text} for text in "abc"]})
    run_here(start_run(project, "compare", {"votes": 4}))
    assert seats() == [(4, 0, True)] * 3
    assert set(QueueItem.objects.values_list("project", flat=True)) == {project.pk}


@pytest.mark.parametrize(
    "fields",
    [{"kind": JudgeKind.AI}, {"kind": JudgeKind.GOLD}, {"live": False}, {"status": "surplus"}, {"status": "skipped"}],
)
def test_only_what_people_have_submitted_takes_a_place(fields):
    comparison = ComparisonFactory(votes_wanted=2)
    vote(comparison, **fields)
    refresh([comparison.pk])
    assert seats() == [(2, 0, True)]


def test_one_person_takes_one_place_however_often_they_judged():
    comparison = ComparisonFactory(votes_wanted=2)
    judge = JudgeFactory(project=comparison.project, kind=JudgeKind.HUMAN)
    for sample in (1, 2):
        JudgmentFactory(comparison=comparison, judge=judge, sample=sample)
    refresh([comparison.pk])
    assert seats() == [(2, 1, True)]


def test_a_reservation_takes_a_place():
    comparison = ComparisonFactory(votes_wanted=2)
    person = MembershipFactory(project=comparison.project, role=Role.ANNOTATOR).user
    take_next(person, comparison.project)
    refresh([comparison.pk])
    assert seats() == [(2, 1, True)]


@pytest.mark.parametrize(("texts", "votes"), [(["a"], 1), (["a", "b", "c"], 1), (["a", "b"], 0)])
def test_what_the_page_cannot_ask_or_nobody_is_wanted_for_is_not_offered(texts, votes):
    ComparisonFactory(texts=texts, votes_wanted=votes)
    assert seats() == []


def test_refreshing_is_safe_to_repeat_and_leaves_the_place_in_the_queue():
    comparison = ComparisonFactory(priority=-3)
    QueueItem.objects.update(tie=5)
    refresh([comparison.pk])
    refresh([comparison.pk])
    item = QueueItem.objects.get()
    assert (item.priority, item.tie, item.held) == (-3, 5, 0)


def test_the_number_of_queries_does_not_grow_with_the_comparisons():
    def queries(comparisons: list[Comparison]) -> int:
        with CaptureQueriesContext(connection) as captured:
            refresh([comparison.pk for comparison in comparisons])
        return len(captured)

    assert queries(ComparisonFactory.create_batch(8)) == queries([ComparisonFactory()])


@pytest.mark.parametrize("change", ["held = -1", "held = 2", "wanted = 0, held = 1"])
def test_the_database_refuses_more_places_taken_than_there_are(change):
    ComparisonFactory()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE annotate_queueitem SET {change}")


def test_the_database_refuses_a_second_reservation_held_by_one_person():
    comparison, other = ComparisonFactory.create_batch(2)
    now, person = timezone.now(), UserFactory()
    held = {"project": comparison.project, "person": person, "order": [0, 1], "expires": now, "shown": now}
    Assignment.objects.create(comparison=comparison, round=comparison.project.current_round, **held)
    with pytest.raises(IntegrityError, match="assignment_one_held"), transaction.atomic():
        Assignment.objects.create(comparison=other, round=comparison.project.current_round, **held)


def test_the_database_refuses_a_reservation_in_the_round_of_another_project():
    comparison, other = ComparisonFactory.create_batch(2)
    now = timezone.now()
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    stray = Assignment(project=comparison.project, comparison=comparison, person=UserFactory(), expires=now, shown=now)
    stray.order, stray.round = [0, 1], other.project.current_round
    with pytest.raises(IntegrityError, match="assignment_round_same_project"), transaction.atomic():
        stray.save()


@pytest.mark.django_db(transaction=True)
def test_a_place_taken_while_an_import_counts_is_not_given_away_again():
    """The count waits for whoever is taking a place, and then sees them."""
    comparison = ComparisonFactory(votes_wanted=2)
    people = [MembershipFactory(project=comparison.project, role=Role.ANNOTATOR).user for _ in range(2)]
    taken, counting = threading.Event(), threading.Event()

    def take() -> None:
        try:
            with transaction.atomic():
                take_next(people[0], comparison.project)
                taken.set()
                counting.wait(timeout=0.5)
        finally:
            connection.close()

    thread = threading.Thread(target=take)
    thread.start()
    assert taken.wait(timeout=20)
    vote(comparison)
    refresh([comparison.pk])
    counting.set()
    thread.join()
    assert seats() == [(2, 2, False)]
    assert take_next(people[1], comparison.project).assignment is None
