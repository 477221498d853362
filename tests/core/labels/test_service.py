"""Labels follow the judgments in the database."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.labels import service
from core.labels.service import policy_name, refresh_labels, refresh_project
from core.models import Comparison, Judge, Judgment, Label
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory

pytestmark = pytest.mark.django_db
FIRST, SECOND, TIE = [1, 2], [2, 1], [1, 1]


@pytest.fixture
def pair() -> Comparison:
    return ComparisonFactory()


def vote(comparison: Comparison, ranks: list[int] | None, kind: str = "human", **fields: Any) -> Judgment:
    judge = fields.pop("judge", None) or JudgeFactory(project=comparison.project, kind=kind)
    return JudgmentFactory(comparison=comparison, judge=judge, ranks=ranks, **fields)


def label_of(comparison: Comparison, policy: str = "majority") -> Label:
    refresh_labels([comparison.pk], "people_first" if policy == "majority" else policy.partition(":")[2])
    return Label.objects.get(comparison=comparison, policy=policy)


def test_the_label_carries_what_the_votes_say(pair):
    for ranks, strength in [(FIRST, 3), (FIRST, 1), (SECOND, 2), (FIRST, None)]:
        vote(pair, ranks, strength=strength)
    label = label_of(pair)
    assert (label.ranks, label.undecided, label.both_bad, label.tier) == (FIRST, False, False, "people")
    assert (label.probability, label.margin, label.strength) == (0.75, 0.5, 2.0)
    assert label.votes == {"1,2": 3, "2,1": 1}
    assert (label.project, label.k, label.question) == (pair.project, 2, "main")


def test_people_come_before_judges(pair):
    vote(pair, FIRST)
    for _ in range(5):
        vote(pair, SECOND, "ai")
    assert label_of(pair).ranks == FIRST


def test_split_people_stay_undecided_whatever_the_judges_say(pair):
    vote(pair, FIRST), vote(pair, SECOND)
    vote(pair, FIRST, "ai"), vote(pair, FIRST, "metric")
    label = label_of(pair)
    assert (label.ranks, label.undecided, label.tier, label.probability) == (None, True, "people", 0.5)


def test_judges_decide_where_no_person_has_spoken(pair):
    vote(pair, SECOND, "ai"), vote(pair, SECOND, "rule"), vote(pair, FIRST, "metric")
    label = label_of(pair)
    assert (label.ranks, label.tier) == (SECOND, "judges")


@pytest.mark.parametrize(
    ("policy", "ranks"),
    [("majority", FIRST), ("majority:people", FIRST), ("majority:judges", SECOND), ("majority:all", SECOND)],
)
def test_each_policy_counts_its_own_sources_and_keeps_its_own_label(pair, policy, ranks):
    vote(pair, FIRST)
    vote(pair, SECOND, "ai"), vote(pair, SECOND, "ai")
    assert label_of(pair, policy).ranks == ranks
    assert Label.objects.count() == 1


def test_the_names_of_the_policies_do_not_change():
    assert [policy_name(sources) for sources in ("people_first", "people", "judges", "all")] == [
        "majority",
        "majority:people",
        "majority:judges",
        "majority:all",
    ]


def test_gold_comes_before_people_and_a_review_before_gold(pair):
    vote(pair, FIRST), vote(pair, FIRST)
    gold = vote(pair, SECOND, "gold")
    assert (label_of(pair).ranks, label_of(pair).tier) == (SECOND, "gold")
    vote(pair, TIE, occasion="review")
    label = label_of(pair)
    assert (label.ranks, label.tier) == (TIE, "review")
    assert gold.judge.kind == "gold"


@pytest.mark.parametrize("status", ["skipped", "flagged", "surplus", "unreadable"])
def test_only_submitted_judgments_count(pair, status):
    vote(pair, FIRST)
    vote(pair, None, status=status), vote(pair, None)
    if status != "unreadable":
        vote(pair, SECOND, status=status), vote(pair, SECOND, status=status)
    assert label_of(pair).votes == {"1,2": 1}


@pytest.mark.parametrize("occasion", ["retest", "second_look", "audit"])
def test_a_second_look_does_not_vote_twice(pair, occasion):
    first = vote(pair, FIRST)
    vote(pair, SECOND, judge=first.judge, occasion=occasion)
    assert label_of(pair).votes == {"1,2": 1}


def test_a_changed_judgment_changes_the_label(pair):
    old = vote(pair, FIRST)
    assert label_of(pair).ranks == FIRST
    Judgment.objects.filter(pk=old.pk).update(live=False)
    vote(pair, SECOND, judge=old.judge, revises=old)
    assert label_of(pair).ranks == SECOND
    assert Label.objects.count() == 1


def test_a_label_goes_when_its_last_vote_goes(pair):
    only = vote(pair, FIRST)
    other = ComparisonFactory(project=pair.project)
    vote(other, FIRST)
    refresh_project(pair.project)
    assert Label.objects.count() == 2
    Judgment.objects.filter(pk=only.pk).update(live=False)
    assert refresh_project(pair.project) == 1
    assert Label.objects.get().comparison == other
    Judgment.objects.update(live=False)
    assert refresh_labels([other.pk, pair.pk]) == 1
    assert not Label.objects.exists()


def test_both_bad_is_a_tie_that_is_kept_apart(pair):
    vote(pair, TIE, both_bad=True), vote(pair, TIE, both_bad=True), vote(pair, FIRST)
    label = label_of(pair)
    assert (label.ranks, label.both_bad, label.votes) == (TIE, True, {"both_bad": 2, "1,2": 1})


def test_lists_are_labelled_and_single_responses_are_not():
    three = ComparisonFactory(texts=["a", "b", "c"])
    one = ComparisonFactory(project=three.project, texts=["a"])
    for ranks in ([1, 2, 3], [1, 2, 3], [3, 2, 1]):
        vote(three, ranks, order=[0, 1, 2])
    vote(one, [1], order=None)
    assert refresh_project(three.project) == 1
    label = Label.objects.get()
    assert (label.comparison, label.ranks, label.probability, label.margin) == (three, [1, 2, 3], None, None)


def test_refreshing_what_has_not_changed_writes_nothing(pair):
    vote(pair, FIRST, strength=1), vote(pair, SECOND, strength=2), vote(pair, SECOND, strength=3)
    assert refresh_project(pair.project) == 1
    before = Label.objects.get()
    assert refresh_project(pair.project) == refresh_labels([pair.pk]) == 0
    assert Label.objects.get().updated == before.updated


def test_a_project_is_labelled_in_batches_and_others_are_left_alone(monkeypatch):
    monkeypatch.setattr(service, "BATCH", 2)
    pairs = [ComparisonFactory() for _ in range(2)]
    project = pairs[0].project
    for comparison in [*pairs, *(ComparisonFactory(project=project) for _ in range(4))]:
        vote(comparison, FIRST), vote(comparison, FIRST)
    assert refresh_project(project) == 5
    assert set(Label.objects.values_list("project", flat=True)) == {project.pk}


def test_the_queries_for_a_project_do_not_grow_with_its_comparisons(pair):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            refresh_project(pair.project)
        return len(captured)

    vote(pair, FIRST)
    few = queries()
    for _ in range(20):
        vote(ComparisonFactory(project=pair.project), FIRST)
    assert queries() == few


@pytest.mark.django_db(transaction=True)
def test_two_votes_at_the_same_time_are_both_in_the_label(pair):
    """Each adds a vote and labels before the other commits: whoever is later must see the earlier one."""
    judges = JudgeFactory.create_batch(8, project=pair.project, kind="human")
    gate = threading.Barrier(len(judges))

    def add(judge: Judge) -> None:
        try:
            with transaction.atomic():
                JudgmentFactory(comparison=pair, judge=judge, ranks=FIRST)
                gate.wait(timeout=20)
                refresh_labels([pair.pk])
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=[judge]) for judge in judges]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Label.objects.get().votes == {"1,2": 8}
