"""The order of the queue among equal priorities."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.models import QueueItem
from annotate.queue.reservations import take_next
from annotate.queue.strategy import reorder
from annotate.work.actions import Answer, submit_judgment
from core.labels.service import refresh_labels
from core.models import Comparison, Judge, JudgeKind, Project, Role, Strategy, User
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory


def person(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.ANNOTATOR).user


def follow(project: Project, strategy: Strategy) -> None:
    project.strategy = strategy
    project.save(update_fields=["strategy"])


def answer(by: User, project: Project, choice: str = "tie") -> Comparison:
    comparison = take_next(by, project).assignment.comparison
    submit_judgment(comparison, Answer(uuid4(), {"main": [choice]}), by=by)
    return comparison


def test_breadth_first_asks_each_once_before_any_twice(project: Project) -> None:
    follow(project, Strategy.BREADTH)
    comparisons = ComparisonFactory.create_batch(3, project=project, votes_wanted=3)
    given = [answer(person(project), project) for _ in range(6)]
    assert set(given[:3]) == set(given[3:]) == set(comparisons)


def test_in_the_order_they_came_the_first_is_finished_first(project: Project) -> None:
    first, second = ComparisonFactory.create_batch(2, project=project, votes_wanted=2)
    assert [answer(person(project), project) for _ in range(4)] == [first, first, second, second]


def judged(project: Project, *ranks: list[int]) -> Comparison:
    comparison = ComparisonFactory(project=project, votes_wanted=9)
    for each in ranks:
        judge: Judge = JudgeFactory(project=project, kind=JudgeKind.HUMAN)
        JudgmentFactory(comparison=comparison, judge=judge, ranks=each)
    refresh_labels([comparison.pk])
    return comparison


def test_what_people_differ_on_comes_before_what_is_unanswered_and_what_they_agree_on(project: Project) -> None:
    agreed, unanswered = judged(project, [1, 2], [1, 2]), judged(project)
    leaning, split = judged(project, [1, 2], [1, 2], [2, 1]), judged(project, [1, 2], [2, 1])
    follow(project, Strategy.DISAGREEMENT)
    levels = dict(QueueItem.objects.values_list("comparison", "level"))
    assert sorted(levels, key=levels.__getitem__) == [each.pk for each in (split, leaning, unanswered, agreed)]


def test_an_answer_moves_its_comparison(project: Project) -> None:
    follow(project, Strategy.DISAGREEMENT)
    ComparisonFactory(project=project, votes_wanted=3)
    one, two = person(project), person(project)
    places = [take_next(each, project).assignment.order.index(0) for each in (one, two)]
    levels = []
    for each, best in ((one, places[0]), (two, 1 - places[1])):
        answer(each, project, f"{'ab'[best]}1")
        levels.append(QueueItem.objects.get().level)
    assert levels == [20, 0]


def test_priority_comes_before_any_strategy(project: Project) -> None:
    follow(project, Strategy.BREADTH)
    ComparisonFactory(project=project, votes_wanted=2)
    urgent = ComparisonFactory(project=project, votes_wanted=2, priority=-1)
    assert [answer(person(project), project) for _ in range(2)] == [urgent, urgent]


@pytest.mark.parametrize("strategy", list(Strategy))
def test_changing_it_is_one_statement(project: Project, strategy: Strategy) -> None:
    ComparisonFactory.create_batch(5, project=project, votes_wanted=2)
    answer(person(project), project)
    project.strategy = strategy
    Project.objects.filter(pk=project.pk).update(strategy=strategy)
    with CaptureQueriesContext(connection) as captured:
        reorder(project)
    assert len(captured) == 1
