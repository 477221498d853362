"""The one sentence of the overview: how far, and when it is done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from core.models import Judgment, Project, Role, User
from core.reports import standing
from core.reports.standing import Loop, Standing
from core.reports.work import Work, work_of
from core.views.outlook import numbers, outlook
from tests.core.views.conftest import logged_in
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory, RunFactory

# A Wednesday
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MONDAY = NOW - timedelta(days=2, hours=3)


def said(decided: int, comparisons: int, *, zone: str = "UTC", archived: datetime | None = None, **work: Any) -> str:
    done = {"total": 0, "first": None, "last": None, "days": [], "milliseconds": 0, "left": 0, **work}
    loop = Loop(comparisons, 2 * comparisons, comparisons, 0, 0, decided, 0, decided)
    project = Project(name="Helpful", time_zone=zone, archived=archived)
    return outlook(project, Standing(loop, Work(**done), NOW)).replace("\N{NO-BREAK SPACE}", " ")


LONG_AGO = {"first": NOW - timedelta(days=60), "last": NOW - timedelta(days=22), "days": [0] * 7}
JUDGED = {"total": 700, "first": NOW - timedelta(days=7), "last": NOW}


@pytest.mark.parametrize(
    ("sentence", "decided", "comparisons", "work"),
    [
        ("", 0, 0, {}),
        ("0 % labelled; nobody has judged here yet.", 0, 10, {"left": 10}),
        ("99 % labelled; nobody is asked about the rest.", 1999, 2000, {}),
        ("100 % labelled.", 10, 10, {}),
        (
            "0 % labelled; no pace yet: 12 judgments since Monday.",
            1,
            1000,
            {"total": 12, "first": MONDAY, "last": NOW, "days": [0, 0], "left": 988},
        ),
        (
            "1 % labelled; no pace yet: 1 judgment since 10:30.",
            1,
            100,
            {"total": 1, "first": NOW - timedelta(minutes=90), "last": NOW, "left": 99},
        ),
        (
            "50 % labelled; nobody has judged since 3 November 2026.",
            5,
            10,
            {
                "total": 9,
                "first": NOW - timedelta(days=60),
                "last": NOW - timedelta(days=22),
                "days": [0] * 7,
                "left": 5,
            },
        ),
        ("61 % labelled, done on Saturday at this pace.", 61, 100, {**JUDGED, "days": [100] * 7, "left": 300}),
        (
            "61 % labelled, done on Sunday at this pace, between Saturday and Tuesday.",
            61,
            100,
            {**JUDGED, "days": [80, 100, 120], "left": 400},
        ),
    ],
)
def test_each_case_has_its_words(sentence: str, decided: int, comparisons: int, work: dict[str, Any]) -> None:
    assert said(decided, comparisons, **work) == sentence


def test_the_day_is_that_of_the_projects_clock() -> None:
    work = {**JUDGED, "days": [100] * 7, "left": 50}
    assert said(1, 2, **work) == "50 % labelled, done tomorrow at this pace."
    assert said(1, 2, zone="Pacific/Honolulu", **work) == "50 % labelled, done today at this pace."


def test_an_archived_project_says_since_when() -> None:
    assert said(1, 2, archived=NOW) == "Archived on 25 November 2026, so nothing in it changes; 50 % labelled."


def test_the_numbers_behind_it() -> None:
    loop = Loop(9, 18, 2000, 0, 0, 1220, 14, 1200)
    work = Work(total=640, first=NOW, last=NOW, days=[90] * 7, milliseconds=640 * 45_000, left=780)
    assert numbers(loop, work) == (
        "1,220 of 2,000 comparisons labelled, 14 undecided; 780 judgments wanted of people, "
        "630 given in the last 7 days, about 9.8 hours of work left."
    )


def judged(project: Project, person: User, days_ago: float, **more: Any) -> Judgment:
    judge = project.judges.filter(person=person).first() or JudgeFactory(project=project, kind="human", person=person)
    return JudgmentFactory(
        comparison=more.pop("comparison", None) or ComparisonFactory(project=project),
        judge=judge,
        person=person,
        round=project.current_round,
        created=timezone.now() - timedelta(days=days_ago),
        active_ms=30_000,
        **more,
    )


def test_whole_days_back_from_now_are_counted(project: Project, annotator: User) -> None:
    for days_ago in (0.1, 0.2, 1.5, 3.5, 9):
        judged(project, annotator, days_ago)
    judged(project, annotator, 0.3, status="skipped", ranks=None)
    JudgmentFactory(comparison=ComparisonFactory(project=project, votes_wanted=0))
    judged(MembershipFactory().project, annotator, 0.1)
    found = work_of(project, timezone.now())
    assert (found.total, list(found.days)) == (5, [2, 1, 0, 1, 0, 0, 0])
    assert found.milliseconds == 150_000


def test_a_young_project_has_fewer_days(project: Project, annotator: User) -> None:
    judged(project, annotator, 2.2)
    assert len(work_of(project, timezone.now()).days) == 2


def test_what_is_wanted_of_people(project: Project, annotator: User) -> None:
    wanted = ComparisonFactory(project=project, votes_wanted=3)
    judged(project, annotator, 1, comparison=wanted)
    JudgmentFactory(comparison=wanted)  # a model's
    ComparisonFactory(project=project, votes_wanted=0)
    ComparisonFactory(project=project, withdrawn=timezone.now())
    ComparisonFactory(project=project, texts=["a", "b", "c"])
    JudgmentFactory.create_batch(2, comparison=ComparisonFactory(project=project))
    assert work_of(project, timezone.now()).left == 2 + 1


def test_a_large_project_is_counted_when_the_page_is_there(
    as_owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(standing, "LARGE", 1)
    ComparisonFactory.create_batch(2, project=project)
    html = as_owner.get("/p/helpful/").content.decode()
    assert 'hx-get="/p/helpful/?counted"' in html
    assert "comparisons labelled" not in html
    part = as_owner.get("/p/helpful/?counted", headers={"HX-Request": "true"}).content.decode()
    assert "0 of 2 comparisons labelled" in part
    assert "<html" not in part
    assert "hx-get" not in part
    assert "0 of 2 comparisons labelled" in as_owner.get("/p/helpful/?counted").content.decode()


def test_somebody_who_is_paused_is_told_so(project: Project) -> None:
    member = MembershipFactory(project=project, role=Role.ANNOTATOR, paused=timezone.now())
    ComparisonFactory(project=project)
    html = logged_in(member.user).get("/p/helpful/").content.decode()
    assert "You are paused here" in html
    assert "/p/helpful/work" not in html


def test_an_alarm_is_no_link_for_who_may_not_open_it(project: Project) -> None:
    Project.objects.update(budget=1)
    RunFactory(project=project, state="done").stages.create(number=1, name="judge", step="x", cost=2)
    viewer = logged_in(MembershipFactory(project=project, role=Role.VIEWER).user)
    html = viewer.get("/p/helpful/").content.decode()
    assert "Budget of models" in html
    assert "/p/helpful/settings" not in html
