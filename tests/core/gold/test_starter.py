"""A starter set is drawn from all parts, asked of people before the rest, and is gold once they have answered."""

from collections import Counter

import pytest

from annotate.models import QueueItem
from core.errors import Conflict, PrefereeError
from core.gold.actions import close_gold_set
from core.gold.starter import PRIORITY, make_starter_set
from core.labels.service import refresh_labels
from core.models import Comparison, GoldItem, Project, User
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, ProjectFactory, PromptFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return UserFactory()


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(seed=7)
    for tag, number in (("code", 12), ("safety", 4)):
        for _ in range(number):
            ComparisonFactory(project=project, prompt=PromptFactory(project=project, tags=[tag]), votes_wanted=0)
    return project


def answer(comparison: Comparison, ranks: list[int], kind: str = "human") -> None:
    JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=comparison.project, kind=kind), ranks=ranks)
    refresh_labels([comparison.pk])


def test_the_sample_has_a_share_of_each_part_and_replays(project, by):
    Comparison.objects.update(votes_wanted=2)
    made = make_starter_set(project, by=by, count=8)
    tags = Counter(item.comparison.prompt.tags[0] for item in made.items.select_related("comparison__prompt"))
    assert sum(tags.values()) == 8
    assert tags["code"] > tags["safety"] > 0
    chosen = set(made.items.values_list("comparison", flat=True))
    made.delete()
    assert set(make_starter_set(project, by=by, count=8).items.values_list("comparison", flat=True)) == chosen


def test_each_is_asked_of_a_person_and_soon_and_more_urgent_wishes_stay(project, by):
    urgent = Comparison.objects.order_by("pk").first()
    Comparison.objects.filter(pk=urgent.pk).update(priority=-90, votes_wanted=3)
    made = make_starter_set(project, by=by, count=16)
    wanted = dict(made.items.values_list("comparison", "comparison__votes_wanted"))
    priorities = dict(made.items.values_list("comparison", "comparison__priority"))
    assert (wanted.pop(urgent.pk), priorities.pop(urgent.pk)) == (3, -90)
    assert set(wanted.values()) == {1}
    assert set(priorities.values()) == {PRIORITY}
    queued = QueueItem.objects.filter(comparison__in=wanted)
    assert set(queued.values_list("priority", "wanted")) == {(PRIORITY, 1)}
    assert queued.count() == 15


def test_their_answers_become_gold_when_they_arrive_and_a_models_never_do(project, by):
    made = make_starter_set(project, by=by, count=3)
    first, second, _ = Comparison.objects.filter(gold__gold_set=made).order_by("pk")
    answer(first, [2, 1]), answer(second, [1, 2], kind="ai")
    items = {item.comparison_id: item for item in GoldItem.objects.filter(gold_set=made).select_related("source")}
    assert (items[first.pk].ranks, items[first.pk].source.comparison_id) == ([2, 1], first.pk)
    assert items[second.pk].ranks is None
    assert items[second.pk].source is None
    assert close_gold_set(made, by=by).closed


def test_what_people_have_answered_is_not_drawn(project, by):
    known = Comparison.objects.order_by("pk").first()
    answer(known, [1, 2])
    made = make_starter_set(project, by=by, count=40)
    assert known.pk not in made.items.values_list("comparison", flat=True)
    assert made.items.count() == 15


def test_one_is_open_at_a_time(project, by):
    make_starter_set(project, by=by, count=3)
    with pytest.raises(Conflict, match="open already"):
        make_starter_set(project, by=by, count=3)


@pytest.mark.parametrize("count", [0, 501])
def test_a_number_that_cannot_be_drawn_is_refused(project, by, count):
    with pytest.raises(PrefereeError, match="1 to 500"):
        make_starter_set(project, by=by, count=count)


def test_a_project_without_open_pairs_says_so(by):
    with pytest.raises(PrefereeError, match="no comparison of two"):
        make_starter_set(ProjectFactory(), by=by)


def test_the_number_of_statements_does_not_grow_with_the_sample(project, by, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        make_starter_set(project, by=by, count=16)
