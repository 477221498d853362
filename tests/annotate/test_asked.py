"""Comparisons of as many responses as the main question is about are asked, and no others."""

from typing import Any

import pytest
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.queue.assigning import assign
from annotate.queue.items import refresh_project
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, submit_judgment
from core.models import Comparison, Project, User
from core.models.project import DEFAULT_QUESTIONS
from core.reports.work import work_of
from tests.annotate.kinds.making import ask
from tests.factories import ComparisonFactory

RANKING = [{"id": "main", "kind": "ranking", "text": "Rank them"}]
THUMBS = [{"id": "main", "kind": "thumbs", "text": "Good?"}]


@pytest.fixture
def by_k(project: Project) -> dict[int, Comparison]:
    return {k: ComparisonFactory(project=project, texts=[f"{k}-{n}" for n in range(k)]) for k in (1, 2, 3)}


def asked(project: Project) -> set[int]:
    return set(QueueItem.objects.filter(project=project, is_open=True).values_list("comparison__k", flat=True))


def test_a_new_project_asks_about_pairs(project: Project, by_k: Any) -> None:
    assert asked(project) == {2}
    assert work_of(project, timezone.now()).left == 1


def test_the_queue_follows_the_main_question(project: Project, by_k: Any) -> None:
    for questions, found in ((RANKING, {2, 3}), (THUMBS, {1, 2, 3}), (DEFAULT_QUESTIONS, {2})):
        ask(project, questions)
        assert asked(project) == found
        assert work_of(project, timezone.now()).left == len(found)


def test_what_is_added_later_follows_too(project: Project, by_k: Any) -> None:
    ask(project, RANKING)
    ComparisonFactory(project=project, texts=["x"])
    ComparisonFactory(project=project, texts=list("abcd"))
    assert asked(project) == {2, 3, 4}


def test_other_projects_stay_as_they_are(project: Project, by_k: Any) -> None:
    other = ComparisonFactory(texts=list("abc")).project
    ask(project, RANKING)
    assert asked(other) == set()


def test_who_is_in_the_middle_of_an_answer_keeps_the_place(project: Project, by_k: Any, ada: User) -> None:
    ask(project, THUMBS)
    for _ in by_k:
        held = take_next(ada, project).assignment
        assert held is not None
        if held.comparison.k == 3:
            break
        fields = {f"main.{place}": ["up"] for place in range(held.comparison.k)}
        submit_judgment(held.comparison, Answer(held.client_id, fields), by=ada)
    ask(project, DEFAULT_QUESTIONS)
    item = QueueItem.objects.get(comparison=held.comparison)
    assert (item.wanted, item.held) == (1, 1)
    fields = {f"main.{place}": ["down"] for place in range(3)}
    assert submit_judgment(held.comparison, Answer(held.client_id, fields), by=ada).ratings["0"] == {"main": 0}


def test_what_was_assigned_and_is_asked_no_more_is_taken_back(project: Project, by_k: Any, ada: User) -> None:
    ask(project, RANKING)
    assert assign(project, [by_k[3].pk, by_k[1].pk], ada, None).assigned == 1
    ask(project, DEFAULT_QUESTIONS)
    assert Assignment.objects.get().state == AssignmentState.LAPSED
    item = QueueItem.objects.get(comparison=by_k[3])
    assert (item.wanted, item.held) == (0, 0)


def test_only_rows_that_are_not_true_are_touched(project: Project, by_k: Any, monkeypatch: Any) -> None:
    touched: list[int] = []
    monkeypatch.setattr("annotate.queue.items.refresh", touched.extend)
    refresh_project(project)
    assert touched == []
    ask(project, RANKING)
    assert touched == [by_k[3].pk]


def test_many_are_made_true_in_parts(project: Project, monkeypatch: Any) -> None:
    monkeypatch.setattr("annotate.queue.items.AT_ONCE", 2)
    made = [ComparisonFactory(project=project, texts=[f"{n}-{each}" for each in "abc"]) for n in range(5)]
    ask(project, RANKING)
    assert QueueItem.objects.filter(is_open=True).count() == len(made)
