"""What of a project needs somebody: runs, money, hours, labels; each with the page where something can be done."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core import alarms
from core.alarms import Alarm, alarms_of
from core.models import Project, Role, User
from core.reports.work import hours_of
from tests.factories import (
    ComparisonFactory,
    JudgeFactory,
    JudgmentFactory,
    MembershipFactory,
    ProjectFactory,
    RecipeFactory,
    RunFactory,
    ScheduleFactory,
    StageFactory,
)


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


@pytest.fixture
def ada(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.ANNOTATOR).user


def ran(project: Project, state: str, recipe: str = "main", **more: object) -> None:
    error = "It broke." if state in ("failed", "paused") else ""
    found = project.recipes.filter(name=recipe).first() or RecipeFactory(project=project, name=recipe)
    RunFactory(project=project, recipe=found, state=state, **{"error": error, **more})


def words(project: Project) -> list[tuple[str, str]]:
    return [(alarm.label, alarm.word) for alarm in alarms_of(project)]


@pytest.mark.parametrize(
    ("states", "is_told"),
    [
        ((), False),
        (("done",), False),
        (("failed",), True),
        (("failed", "done"), False),
        (("failed", "cancelled"), True),
        (("done", "failed", "running"), True),
        (("paused",), True),
    ],
)
def test_a_run_that_failed_is_told_of_until_a_later_one_goes_well(
    project: Project, states: tuple[str, ...], is_told: bool
) -> None:
    for state in states:
        ran(project, state)
    assert bool(words(project)) == is_told


def test_another_recipe_or_an_old_run_changes_nothing(project: Project) -> None:
    ran(project, "failed")
    ran(project, "done", recipe="other")
    assert words(project) == [("main", "Failed")]
    project.runs.update(created=timezone.now() - timedelta(days=8))
    assert words(project) == []


def test_a_run_that_somebody_paused_is_no_alarm(project: Project) -> None:
    ran(project, "paused", error="")
    assert words(project) == []


def test_the_alarm_leads_to_the_run(project: Project) -> None:
    ran(project, "failed")
    (alarm,) = alarms_of(project)
    assert (alarm.sentence, alarm.address) == ("It broke.", f"/p/helpful/runs/{project.runs.get().public}")


@pytest.mark.parametrize(
    ("spent", "word", "sentence"),
    [
        ("39.99", "", ""),
        ("40.00", "Nearly spent", "The runs have cost 40.00 of 50.00 (80%)."),
        ("49.99", "Nearly spent", "The runs have cost 49.99 of 50.00 (99%)."),
        ("50.00", "Spent", "The runs have cost 50.00 of 50.00 (100%). What costs anything pauses"),
    ],
)
def test_the_budget_of_models_warns_at_80_and_at_100_percent(
    project: Project, spent: str, word: str, sentence: str
) -> None:
    Project.objects.update(budget=Decimal(50))
    project.refresh_from_db()
    StageFactory(run=RunFactory(project=project, state="done"), cost=Decimal(spent))
    found = alarms_of(project)
    assert [alarm.word for alarm in found] == ([word] if word else [])
    assert all(alarm.sentence.startswith(sentence) for alarm in found)
    assert all((alarm.address, alarm.verb) == ("/p/helpful/settings", "manage") for alarm in found)


def worked(project: Project, person: User, *minutes: float, **more: object) -> None:
    judge = project.judges.filter(person=person).first() or JudgeFactory(project=project, kind="human", person=person)
    for each in minutes:
        JudgmentFactory(
            comparison=ComparisonFactory(project=project),
            judge=judge,
            person=person,
            round=project.current_round,
            **{"active_ms": int(each * 60_000), **more},
        )


def test_the_hours_of_people_warn_with_the_hours_used(project: Project, ada: User) -> None:
    Project.objects.update(budget_hours=2)
    project.refresh_from_db()
    worked(project, ada, 60, 30)
    assert alarms_of(project) == []
    worked(project, ada, 6)
    assert [alarm.sentence for alarm in alarms_of(project)] == ["People have worked 1.6 of 2 hours (80%)."]
    worked(project, ada, 24)
    assert words(project) == [("Hours of people", "Spent")]


def test_time_that_nobody_measured_counts_at_most_ten_minutes_each(project: Project, ada: User) -> None:
    worked(project, ada, 0, 0, active_ms=None, wall_ms=3_600_000)
    assert hours_of(project) == pytest.approx(1 / 3)


def test_many_undecided_labels_need_somebody(project: Project, ada: User) -> None:
    from core.models import Label

    rows = [ComparisonFactory(project=project) for _ in range(30)]
    for number, comparison in enumerate(rows):
        undecided = number < 6
        ranks = None if undecided else [1, 2]
        Label.objects.create(
            project=project, comparison=comparison, k=2, policy="majority", ranks=ranks, undecided=undecided
        )
    assert words(project) == []
    Label.objects.filter(undecided=False).first().delete()
    extra = ComparisonFactory(project=project)
    Label.objects.create(project=project, comparison=extra, k=2, policy="majority", undecided=True)
    (alarm,) = alarms_of(project)
    assert alarm.sentence.startswith("7 of 30 judged comparisons (23%) have no label that counts.")


def test_schedules_are_among_them_and_other_rooms_add_theirs(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ScheduleFactory(project=project, name="Every night", note="Skipped the run.")
    monkeypatch.setattr(alarms, "_sources", list(alarms._sources))
    alarms.register(lambda project: [Alarm("Nobody is awake.", "Team", "/team")])
    assert words(project) == [("Every night", "Skipped"), ("Team", "")]


def test_an_archived_project_has_none(project: Project) -> None:
    ran(project, "failed")
    project.archived = timezone.now()
    assert alarms_of(project) == []


def test_the_count_of_queries_does_not_grow(project: Project, django_assert_num_queries: Any) -> None:
    Project.objects.update(budget=Decimal(50), budget_hours=1)
    project.refresh_from_db()
    ran(project, "failed", recipe="a")
    ScheduleFactory(project=project, name="a", note="Skipped the run.")
    with django_assert_num_queries(7):
        alarms_of(project)
    for name in "bcde":
        ran(project, "failed", recipe=name)
        ScheduleFactory(project=project, name=name, note="Skipped the run.")
    with django_assert_num_queries(7):
        assert len(alarms_of(project)) == 10
