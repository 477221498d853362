"""A submit stores the label with the judgment; it is the label that all votes come to when they are read anew."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, submit_judgment
from core.labels import together
from core.labels.service import refresh_labels
from core.models import Comparison, GoldItem, GoldSet, Judge, Judgment, Label, Role, StaleFacts, Status, User
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
FIRST, SECOND, TIE = [1, 2], [2, 1], [1, 1]
OTHERS: dict[str, list[dict[str, Any]]] = {
    "nobody": [],
    "one who agrees or not": [{"ranks": FIRST, "strength": 3}],
    "many": [{"ranks": FIRST}, {"ranks": SECOND, "strength": 1}, {"ranks": TIE, "both_bad": True}],
    "a model": [{"kind": "ai", "ranks": SECOND}],
    "a gold answer": [{"kind": "gold", "ranks": SECOND}],
    "a reviewer": [{"ranks": SECOND, "occasion": "review"}],
    "one who is barred": [{"ranks": SECOND, "barred": NOW}],
    "one whose judgments were withdrawn": [{"ranks": SECOND, "withdrawn": NOW}],
    "one who skipped": [{"ranks": None, "status": Status.SKIPPED}],
    "one who came too late": [{"ranks": SECOND, "status": Status.SURPLUS}],
    "one who took it back": [{"ranks": SECOND, "live": False}],
}


@pytest.fixture
def comparison() -> Comparison:
    return ComparisonFactory(votes_wanted=9)


@pytest.fixture
def person(comparison: Comparison) -> User:
    return MembershipFactory(project=comparison.project, role=Role.ANNOTATOR).user


def vote(comparison: Comparison, *, kind: str = "human", **fields: Any) -> Judgment:
    of_judge = {name: fields.pop(name) for name in ("barred", "withdrawn") if name in fields}
    judge = JudgeFactory(project=comparison.project, kind=kind, **of_judge)
    return JudgmentFactory(comparison=comparison, judge=judge, **fields)


def answered(comparison: Comparison, person: User, value: str = "a2", *, first: bool = False) -> Judgment:
    if not first:
        Judge.objects.create(project=comparison.project, person=person, kind="human", name="Known")
    assert take_next(person, comparison.project).assignment is not None
    return submit_judgment(comparison, Answer(uuid4(), {"main": [value]}), by=person)


def check(comparison: Comparison) -> None:
    assert refresh_labels([comparison.pk], judged=False) == 0
    assert list(StaleFacts.objects.values_list("comparisons", flat=True))[-1] == [comparison.pk]


@pytest.mark.parametrize("value", ["a3", "tie", "both_bad"])
@pytest.mark.parametrize("others", OTHERS.values(), ids=OTHERS.keys())
def test_the_label_is_that_of_all_votes(
    comparison: Comparison, person: User, others: list[dict[str, Any]], value: str
) -> None:
    for each in others:
        vote(comparison, **each)
    refresh_labels([comparison.pk])
    answered(comparison, person, value)
    assert Label.objects.filter(comparison=comparison).count() == 1
    check(comparison)


@pytest.mark.parametrize("of_judge", [{"barred": NOW}, {"withdrawn": NOW}], ids=["barred", "withdrawn"])
def test_the_vote_of_a_judge_that_does_not_count_is_none(
    comparison: Comparison, person: User, of_judge: dict[str, Any]
) -> None:
    vote(comparison, ranks=SECOND)
    refresh_labels([comparison.pk])
    Judge.objects.create(project=comparison.project, person=person, kind="human", name="Gone", **of_judge)
    answered(comparison, person, first=True)
    assert Label.objects.get(comparison=comparison).votes == {"2,1": 1}
    check(comparison)


def test_the_first_answer_of_a_person_makes_their_judge_and_counts(comparison: Comparison, person: User) -> None:
    answered(comparison, person, first=True)
    assert Label.objects.get(comparison=comparison).tier == "people"
    check(comparison)


def test_a_comparison_that_was_withdrawn_meanwhile_gets_no_label(comparison: Comparison, person: User) -> None:
    assert take_next(person, comparison.project).assignment is not None
    Comparison.objects.filter(pk=comparison.pk).update(withdrawn=NOW)
    submit_judgment(comparison, Answer(uuid4(), {"main": ["a2"]}), by=person)
    assert not Label.objects.filter(comparison=comparison).exists()


def test_an_answer_to_a_gold_item_is_known_to_it(comparison: Comparison, person: User) -> None:
    gold_set = GoldSet.objects.create(project=comparison.project, name="main", version=1)
    item = GoldItem.objects.create(gold_set=gold_set, comparison=comparison)
    judgment = answered(comparison, person)
    item.refresh_from_db()
    assert (item.ranks, item.source) == (judgment.ranks, judgment)


def test_votes_are_read_once(comparison: Comparison, person: User) -> None:
    vote(comparison, ranks=SECOND)
    with CaptureQueriesContext(connection) as queries:
        answered(comparison, person)
    start = together.VOTES_BEFORE.split("WHERE")[0].strip()
    assert sum(each["sql"].strip().startswith(start) for each in queries.captured_queries) == 1
