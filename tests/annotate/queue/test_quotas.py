"""The most answers per tag or language."""

from uuid import uuid4

import pytest

from annotate.models import QueueItem, Quota
from annotate.queue.items import refresh
from annotate.queue.quotas import remove_quota, set_quota
from annotate.queue.reservations import take_next
from annotate.work.actions import Skip, skip
from core.errors import PrefereeError
from core.models import AuditEvent, Comparison, JudgeKind, Mode, Project, Removal, Subject, User
from core.removing.withdrawing import restore, withdraw
from core.work import work_of
from tests.annotate.queue.test_groups import tagged
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, PromptFactory


def used(project: Project) -> dict[str, int]:
    return dict(Quota.objects.filter(project=project).values_list("value", "used"))


def test_when_it_is_used_up_the_tag_is_asked_of_nobody(project: Project, ada: User, bruno: User) -> None:
    set_quota(project, "tag", "safety", 1)
    first, _, other = tagged(project, "safety"), tagged(project, "safety"), tagged(project, "maths")
    assert take_next(ada, project).assignment.comparison == first
    assert take_next(bruno, project).assignment.comparison == other
    assert used(project) == {"safety": 1}
    assert work_of(bruno, [project])[project.pk].left == 1


def test_a_language_has_one_too_however_it_is_written(project: Project, ada: User) -> None:
    set_quota(project, "language", "pt-br", 0)
    ComparisonFactory(project=project, prompt=PromptFactory(project=project, language="pt-BR"))
    assert take_next(ada, project).assignment is None


def test_a_comparison_counts_in_the_first_that_matches(project: Project) -> None:
    first, _ = set_quota(project, "tag", "safety", 5), set_quota(project, "tag", "german", 5)
    tagged(project, "german", "safety")
    assert QueueItem.objects.get().quota_id == first.pk


def test_a_place_given_back_can_be_used_again(project: Project, ada: User, bruno: User) -> None:
    set_quota(project, "tag", "safety", 1)
    tagged(project, "safety")
    skip(take_next(ada, project).assignment.comparison, Skip(uuid4(), "broken"), by=ada)
    assert used(project) == {"safety": 0}
    assert take_next(bruno, project).assignment is not None


def test_what_was_answered_before_counts(project: Project, ada: User) -> None:
    judged, waiting = tagged(project, "safety", votes_wanted=2), tagged(project, "safety")
    JudgmentFactory(comparison=judged, judge=JudgeFactory(project=project, kind=JudgeKind.HUMAN))
    refresh([judged.pk])
    quota = set_quota(project, "tag", "safety", 1)
    assert quota.used == 1
    assert take_next(ada, project).assignment is None
    set_quota(project, "tag", "safety", 2)
    assert take_next(ada, project).assignment.comparison in (judged, waiting)


def test_removed_it_holds_nothing_back(project: Project, ada: User) -> None:
    quota = set_quota(project, "tag", "safety", 0)
    tagged(project, "safety")
    assert take_next(ada, project).assignment is None
    remove_quota(quota)
    assert take_next(ada, project).assignment is not None


def test_what_is_withdrawn_uses_nothing_until_it_is_restored(project: Project, ada: User) -> None:
    set_quota(project, "tag", "safety", 5)
    comparison = tagged(project, "safety", votes_wanted=3)
    JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, kind=JudgeKind.HUMAN))
    refresh([comparison.pk])
    take_next(ada, project)
    assert used(project) == {"safety": 2}
    named = {"subject": Subject.COMPARISON, "mode": Mode.WITHDRAW, "targets": [comparison.pk]}
    asked = Removal.objects.create(project=project, **named)
    withdraw(asked, asked.targets, lambda: None)
    refresh([comparison.pk])
    assert used(project) == {"safety": 0}
    assert take_next(ada, project).assignment is None
    restore(asked, asked.targets, lambda: None)
    assert used(project) == {"safety": 1}
    assert QueueItem.objects.get().wanted == 3


def test_deleted_comparisons_use_nothing(project: Project, ada: User) -> None:
    set_quota(project, "tag", "safety", 3)
    comparison = tagged(project, "safety")
    take_next(ada, project)
    QueueItem.objects.filter(comparison=comparison).delete()
    assert used(project) == {"safety": 0}


@pytest.mark.parametrize(
    ("kind", "value", "most", "sentence"),
    [
        ("colour", "red", 1, "a tag or for a language"),
        ("tag", "  ", 1, "has 0 characters"),
        ("tag", "x" * 101, 1, "has 101 characters"),
        ("tag", "x", -1, "cannot be the most"),
    ],
)
def test_what_does_not_fit_is_refused(project: Project, kind: str, value: str, most: int, sentence: str) -> None:
    with pytest.raises(PrefereeError, match=sentence):
        set_quota(project, kind, value, most)


def test_it_is_written_down(project: Project) -> None:
    remove_quota(set_quota(project, "tag", "safety", 3))
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["quota.set", "quota.remove"]
    assert Comparison.objects.count() == 0
