from uuid import uuid4

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from annotate.queue.reservations import take_next
from annotate.work import progress
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from annotate.work.progress import standing_of
from core.models import Project, Status, User
from core.work import Work, work_of
from tests.factories import ComparisonFactory, MembershipFactory, ProjectFactory, RoundFactory


def judge(person: User, project: Project, choice: str = "tie") -> None:
    comparison = take_next(person, project).assignment.comparison
    submit_judgment(comparison, Answer(uuid4(), {"main": [choice]}), by=person)


def test_what_is_done_and_what_is_left_are_counted(ada: User, project: Project) -> None:
    ComparisonFactory.create_batch(4, project=project)
    judge(ada, project)
    assert work_of(ada, [project])[project.pk] == Work(done=1, left=3)


def test_what_the_person_holds_is_left_for_them(ada: User, bruno: User, project: Project) -> None:
    ComparisonFactory(project=project)
    take_next(ada, project)
    assert work_of(ada, [project])[project.pk].left == 1
    assert work_of(bruno, [project])[project.pk].left == 0


def test_what_was_skipped_is_neither_done_nor_left(ada: User, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project)
    skip(take_next(ada, project).assignment.comparison, Skip(uuid4(), "broken"), by=ada)
    assert work_of(ada, [project])[project.pk] == Work(done=0, left=1)


def test_others_answers_are_not_mine(ada: User, bruno: User, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project, votes_wanted=2)
    judge(bruno, project)
    assert work_of(ada, [project])[project.pk] == Work(done=0, left=2)


def test_a_new_round_starts_from_nothing_and_asks_nobody_twice(ada: User, bruno: User, project: Project) -> None:
    ComparisonFactory(project=project, votes_wanted=3)
    judge(ada, project)
    RoundFactory(project=project, number=1_000_000)
    assert work_of(ada, [project])[project.pk] == Work(done=0, left=0)
    assert work_of(bruno, [project])[project.pk] == Work(done=0, left=1)


def test_a_long_queue_is_counted_to_a_thousand(ada: User, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "COUNTED_UP_TO", 2)
    ComparisonFactory.create_batch(4, project=project)
    work = work_of(ada, [project])[project.pk]
    assert (work.left, work.more, work.total_in_words) == (2, True, "2+")


def test_while_much_is_left_all_of_it_is_not_counted_at_each_answer(
    ada: User, project: Project, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(progress, "EXACT_UP_TO", 2)
    cache.clear()
    ComparisonFactory.create_batch(6, project=project)
    assert standing_of(ada, project) == (Work(done=0, left=6), 0)
    judge(ada, project)
    with django_assert_num_queries(1):
        assert standing_of(ada, project) == (Work(done=1, left=5), 1)
    for _ in range(3):
        judge(ada, project)
    ComparisonFactory(project=project)
    assert standing_of(ada, project) == (Work(done=4, left=3), 4)  # little is left, so it is counted
    cache.clear()


def test_many_projects_are_two_queries_at_most(
    ada: User, project: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    projects = [project, *(MembershipFactory(user=ada).project for _ in range(9)), ProjectFactory(opened=False)]
    for each in projects[1:4]:
        ComparisonFactory(project=each)
    with django_assert_max_num_queries(2):
        assert len(work_of(ada, projects)) == 10


def test_surplus_answers_are_work_too(ada: User, bruno: User, project: Project) -> None:
    comparison = ComparisonFactory(project=project)
    held = take_next(ada, project).assignment
    type(held).objects.filter(pk=held.pk).update(expires="2026-01-01T00:00Z")
    judge(bruno, project)
    late = submit_judgment(comparison, Answer(uuid4(), {"main": ["tie"]}), by=ada)
    assert late.status == Status.SURPLUS
    assert work_of(ada, [project])[project.pk].done == 1
