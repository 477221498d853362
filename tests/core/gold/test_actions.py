"""Gold sets: answers come from what is known, versions follow one another, and a closed one never changes."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.errors import Conflict, PrefereeError
from core.gold.actions import MOST_ITEMS, add_known, close_gold_set, make_gold_set, next_version, remove_item
from core.labels.service import refresh_labels
from core.models import AuditEvent, Comparison, GoldItem, GoldSet, Judgment, Occasion, Project, User
from core.reports.agreement import agreement
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db
FIRST, SECOND = [1, 2], [2, 1]


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


@pytest.fixture
def by() -> User:
    return UserFactory()


@pytest.fixture
def gold(project: Project, by: User) -> GoldSet:
    return make_gold_set(project, "  main  set ", by=by)


def answered(project: Project, *votes: list[int], kind: str = "human", **fields: Any) -> Comparison:
    comparison = ComparisonFactory(project=project)
    for ranks in votes:
        JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, kind=kind), ranks=ranks, **fields)
    refresh_labels([comparison.pk])
    return comparison


def answers(gold_set: GoldSet) -> dict[int, list[int] | None]:
    return dict(GoldItem.objects.filter(gold_set=gold_set).values_list("comparison", "ranks"))


def test_a_set_is_made_once_under_its_name(project, by, gold):
    assert (gold.name, gold.version, gold.closed) == ("main set", 1, None)
    with pytest.raises(PrefereeError, match="already"):
        make_gold_set(project, "main set", by=by)
    for name in ("", "a@1", "x" * 101):
        with pytest.raises(PrefereeError, match="Write a name"):
            make_gold_set(project, name, by=by)


def test_imported_gold_reviewers_and_agreed_people_become_gold_and_each_says_from_which_judgment(project, by, gold):
    imported = answered(project, FIRST, kind="gold")
    decided = answered(project, SECOND, occasion=Occasion.REVIEW)
    agreed = answered(project, SECOND, SECOND)
    answered(project, FIRST, SECOND), answered(project, FIRST), answered(project, FIRST, FIRST, kind="ai")
    assert add_known(gold, ["gold", "review", "people"], by=by) == 3
    assert answers(gold) == {imported.pk: FIRST, decided.pk: SECOND, agreed.pk: SECOND}
    for item in GoldItem.objects.filter(gold_set=gold).select_related("source"):
        assert (item.source.comparison_id, item.source.ranks) == (item.comparison_id, item.ranks)
    assert add_known(gold, ["gold", "review", "people"], by=by) == 0


def test_only_the_chosen_sources_are_taken_and_one_person_is_enough_where_that_is_said(project, by, gold):
    imported, one = answered(project, FIRST, kind="gold"), answered(project, SECOND)
    assert add_known(gold, ["people"], by=by, least_people=1) == 1
    assert answers(gold) == {one.pk: SECOND}
    with pytest.raises(PrefereeError, match="Choose where"):
        add_known(gold, ["judges"], by=by)
    assert imported.pk not in answers(gold)


def test_what_is_withdrawn_or_of_another_project_is_not_taken(project, by, gold):
    answered(ProjectFactory(), FIRST, kind="gold")
    Comparison.objects.filter(pk=answered(project, FIRST, kind="gold").pk).update(withdrawn="2026-01-01T00:00Z")
    assert add_known(gold, ["gold"], by=by) == 0


def test_a_version_has_room_for_so_many_and_no_more(project, by, gold, monkeypatch):
    for _ in range(4):
        answered(project, FIRST, kind="gold")
    assert MOST_ITEMS > 20
    monkeypatch.setattr("core.gold.actions.MOST_ITEMS", 3)
    assert (add_known(gold, ["gold"], by=by), add_known(gold, ["gold"], by=by)) == (3, 0)


def test_while_a_version_is_open_its_answers_follow_the_labels_and_then_they_stand(project, by, gold):
    comparison = answered(project, FIRST, FIRST)
    add_known(gold, ["people"], by=by)
    JudgmentFactory(
        comparison=comparison, judge=JudgeFactory(project=project, kind="human"), ranks=SECOND, occasion=Occasion.REVIEW
    )
    refresh_labels([comparison.pk])
    assert answers(gold) == {comparison.pk: SECOND}
    close_gold_set(gold, by=by)
    Judgment.objects.filter(comparison=comparison, occasion=Occasion.REVIEW).update(live=False)
    refresh_labels([comparison.pk])
    assert answers(gold) == {comparison.pk: SECOND}


def test_an_answer_that_is_none_any_more_leaves_the_item_open(project, by, gold):
    comparison = answered(project, FIRST, FIRST)
    add_known(gold, ["people"], by=by)
    JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, kind="human"), ranks=SECOND)
    JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, kind="human"), ranks=SECOND)
    refresh_labels([comparison.pk])
    assert answers(gold) == {comparison.pk: None}


def test_a_closed_version_refuses_every_verb(project, by, gold):
    comparison = answered(project, FIRST, kind="gold")
    add_known(gold, ["gold"], by=by)
    close_gold_set(gold, by=by)
    for verb in (
        lambda: add_known(gold, ["gold"], by=by),
        lambda: close_gold_set(gold, by=by),
        lambda: remove_item(gold, comparison.pk, by=by),
    ):
        with pytest.raises(Conflict, match="never changes"):
            verb()


def test_the_database_keeps_a_closed_version_as_it_is(project, by, gold):
    comparison = answered(project, FIRST, kind="gold")
    add_known(gold, ["gold"], by=by)
    close_gold_set(gold, by=by)
    item = GoldItem.objects.get(gold_set=gold)
    tries = [
        lambda: GoldItem.objects.create(gold_set=gold, comparison=answered(project, FIRST)),
        lambda: GoldItem.objects.filter(pk=item.pk).update(ranks=SECOND),
        lambda: GoldSet.objects.filter(pk=gold.pk).update(closed=None),
        lambda: GoldSet.objects.filter(pk=gold.pk).update(name="other"),
    ]
    for change in tries:
        with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
            change()
    GoldItem.objects.filter(pk=item.pk).update(source=None)  # where the judgment goes, the answer stays
    assert answers(gold) == {comparison.pk: FIRST}


def test_nothing_is_closed_that_measures_nothing(by, gold):
    with pytest.raises(PrefereeError, match="measure nothing"):
        close_gold_set(gold, by=by)


def test_the_next_version_copies_the_newest_and_both_stand_apart(project, by, gold):
    first, second = answered(project, FIRST, kind="gold"), answered(project, SECOND, kind="gold")
    add_known(gold, ["gold"], by=by)
    with pytest.raises(Conflict, match="still open"):
        next_version(gold, by=by)
    close_gold_set(gold, by=by)
    made = next_version(gold, by=by)
    assert (made.name, made.version, made.closed) == ("main set", 2, None)
    assert answers(made) == answers(gold)
    assert remove_item(made, first.pk, by=by)
    assert not remove_item(made, first.pk, by=by)
    assert answers(made) == {second.pk: SECOND}
    assert len(answers(gold)) == 2


def test_gold_made_from_people_adds_no_person_to_agreement(project, by, gold):
    answered(project, FIRST, FIRST), answered(project, SECOND, FIRST, FIRST)
    before = agreement(project)
    add_known(gold, ["people"], by=by)
    close_gold_set(gold, by=by)
    assert answers(gold)
    assert agreement(project) == before


def test_what_is_done_with_gold_is_in_the_audit_log(project, by, gold):
    comparison = answered(project, FIRST, kind="gold")
    add_known(gold, ["gold"], by=by)
    remove_item(gold, comparison.pk, by=by)
    add_known(gold, ["gold"], by=by)
    close_gold_set(gold, by=by)
    events = AuditEvent.objects.filter(project=project, target=str(gold.public), actor=by).order_by("pk")
    verbs = [event.verb for event in events]
    assert verbs == ["gold.create", "gold.add", "gold.remove", "gold.add", "gold.close"]
