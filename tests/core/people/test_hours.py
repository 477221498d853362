"""Hours, pace and load: what they count, and in whose days."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from annotate.queue.reservations import take_next
from core.hours import Pace, days_of, days_of_people, figures_of
from core.inert import inert
from core.models import Judgment, Project, Status, User
from core.periods import BadPeriod, Period, period_of, this_week
from core.team import people_of, team_alarms, totals_of
from tests.core.people.conftest import member
from tests.factories import ComparisonFactory, GroupFactory, JudgeFactory, JudgmentFactory, UserFactory

MINUTE = 60_000
WEEK = Period("days", date(2026, 11, 23), date(2026, 11, 29), "Europe/Zurich")
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


def judged(project: Project, person: User, **fields: Any) -> Judgment:
    judge = project.judges.filter(person=person).first() or JudgeFactory(project=project, person=person, kind="human")
    comparison = ComparisonFactory(project=project)
    defaults = {"created": WEDNESDAY, "round": project.current_round}
    return JudgmentFactory(comparison=comparison, judge=judge, person=person, **{**defaults, **fields})


def hours(project: Project, person: User) -> float:
    return figures_of(project, WEEK)[person.pk].hours


def test_active_time_is_added_up(project: Project, ada: User) -> None:
    for _ in range(3):
        judged(project, ada, active_ms=30 * MINUTE, wall_ms=50 * MINUTE)
    assert hours(project, ada) == 1.5


@pytest.mark.parametrize(("wall", "counted"), [(6 * MINUTE, 0.1), (600 * MINUTE, 10 / 60), (None, 0)])
def test_without_active_time_what_passed_counts_up_to_ten_minutes(
    project: Project, ada: User, wall: int | None, counted: float
) -> None:
    judged(project, ada, active_ms=None, wall_ms=wall)
    figures = figures_of(project, WEEK)[ada.pk]
    assert (figures.hours, figures.unmeasured) == (pytest.approx(counted), 1)


def test_skipped_surplus_and_revised_answers_are_paid_too(project: Project, ada: User) -> None:
    for fields in ({"status": Status.SKIPPED, "ranks": None}, {"status": Status.SURPLUS}, {"live": False}):
        judged(project, ada, active_ms=60 * MINUTE, **fields)
    figures = figures_of(project, WEEK)[ada.pk]
    assert (figures.hours, figures.judgments, figures.skipped) == (3, 3, 1)
    assert figures.skip_share == pytest.approx(1 / 3)


def test_other_projects_other_weeks_and_machines_do_not_count(project: Project, ada: User) -> None:
    judged(project, ada, active_ms=60 * MINUTE, created=datetime(2026, 11, 1, tzinfo=UTC))
    JudgmentFactory(comparison=ComparisonFactory(project=project), active_ms=60 * MINUTE, created=WEDNESDAY)
    figures = figures_of(project, WEEK)
    assert figures.keys() == {ada.pk}
    assert (figures[ada.pk].hours, figures[ada.pk].hours_ever, figures[ada.pk].pace) == (0, 1, None)


def test_the_pace_is_the_median_with_its_quartiles_and_leaves_skips_out(project: Project, ada: User) -> None:
    for seconds in (10, 20, 30, 40, 50):
        judged(project, ada, active_ms=seconds * 1000)
    judged(project, ada, active_ms=1, status=Status.SKIPPED, ranks=None)
    assert figures_of(project, WEEK)[ada.pk].pace == Pace(n=5, low=20, median=30, high=40)


def test_days_and_weeks_are_those_of_the_project(project: Project, ada: User) -> None:
    """Zurich is an hour before UTC: half past eleven on Sunday is Monday there."""
    judged(project, ada, active_ms=60 * MINUTE, created=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    judged(project, ada, active_ms=60 * MINUTE, created=datetime(2026, 11, 29, 23, 30, tzinfo=UTC))
    assert [day.day for day in days_of(project, WEEK, ada)] == [date(2026, 11, 23)]
    assert hours(project, ada) == 1


def test_a_day_of_25_hours_is_one_day(project: Project) -> None:
    period = Period("days", date(2026, 10, 25), date(2026, 10, 25), "Europe/Zurich")
    assert (period.end.astimezone(UTC) - period.start.astimezone(UTC)).total_seconds() == 25 * 3600


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("this-week", date(2026, 11, 23), date(2026, 11, 29)),
        ("last-week", date(2026, 11, 16), date(2026, 11, 22)),
        ("this-month", date(2026, 11, 1), date(2026, 11, 30)),
        ("last-month", date(2026, 10, 1), date(2026, 10, 31)),
        ("no such", date(2026, 11, 23), date(2026, 11, 29)),
    ],
)
def test_periods_have_their_days(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, first: date, last: date
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: WEDNESDAY)
    period = period_of(project, {"period": name})
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "days", [("2026-11-02", "2026-11-01"), ("x", "2026-11-01"), ("", ""), ("0001-01-01", "9999-12-31")]
)
def test_days_that_make_no_period_are_refused(project: Project, days: tuple[str, str]) -> None:
    with pytest.raises(BadPeriod):
        period_of(project, {"period": "days", "from": days[0], "to": days[1]})


def test_people_are_listed_with_what_they_have_before_them(project: Project, ada: User) -> None:
    ComparisonFactory(project=project)
    take_next(ada, project)
    (row,) = people_of(project, this_week(project))
    assert (row.user, row.places.held, row.state) == (ada, 1, "never")


def test_who_has_left_is_listed_where_they_worked_in_the_period(project: Project, ada: User) -> None:
    gone = UserFactory()
    judged(project, gone, active_ms=60 * MINUTE)
    assert [(row.user, row.state) for row in people_of(project, WEEK)][1:] == [(gone, "left")]
    assert totals_of(people_of(project, WEEK)).hours == 1
    later = Period("days", date(2027, 1, 4), date(2027, 1, 10), "UTC")
    assert [row.user for row in people_of(project, later)] == [ada]


def test_the_states_of_people_are_told(project: Project, ada: User) -> None:
    paused = member(project, "annotator", paused=timezone.now())
    active = member(project, "annotator")
    judged(project, active)
    states = {row.user: row.state for row in people_of(project, WEEK)}
    assert states == {ada: "never", paused: "paused", active: "active"}


def test_a_team_takes_the_same_queries_however_large(project: Project, ada: User, django_assert_num_queries) -> None:
    for _ in range(3):
        GroupFactory(project=project, members=[member(project, "annotator") for _ in range(4)])
    judged(project, ada)
    judged(project, UserFactory())
    with django_assert_num_queries(5):
        people_of(project, WEEK)


def test_days_of_people_hold_those_who_have_left(project: Project) -> None:
    gone = UserFactory(name="Gone", email="gone@example.org")
    judged(project, gone, active_ms=30 * MINUTE, wall_ms=45 * MINUTE)
    ((name, email, day),) = days_of_people(project, WEEK)
    assert (name, email, day.day, day.judgments) == ("Gone", "gone@example.org", date(2026, 11, 25), 1)
    assert (day.hours, day.wall_hours) == (0.5, 0.75)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "|cmd"])
def test_what_a_spreadsheet_would_run_is_inert(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "ada@example.org", "a=1", "Ann-Marie", "آدا"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


def test_a_group_whose_comparisons_nobody_can_judge_raises_an_alarm(project: Project, ada: User) -> None:
    group = GroupFactory(project=project, name="experts")
    ComparisonFactory.create_batch(2, project=project, group=group)
    (alarm,) = team_alarms(project)
    assert alarm.sentence.startswith("2 comparisons wait for the group experts, and nobody in it can judge.")
    assert (alarm.label, alarm.address) == ("experts", reverse("group", args=[project.slug, group.public]))
    group.people.add(ada)
    assert team_alarms(project) == []


def test_nobody_at_all_raises_one_alarm(project: Project) -> None:
    assert team_alarms(project) == []
    ComparisonFactory(project=project)
    ComparisonFactory(project=project, group=GroupFactory(project=project))
    member(project, "annotator", paused=timezone.now()), member(project, "viewer")
    (alarm,) = team_alarms(project)
    assert alarm.sentence.startswith("2 comparisons wait, and nobody in the project can judge them.")
    assert alarm.address == reverse("team", args=[project.slug])


def test_a_group_without_waiting_comparisons_raises_none(project: Project, ada: User) -> None:
    ComparisonFactory(project=project, group=GroupFactory(project=project), votes_wanted=0)
    assert team_alarms(project) == []
