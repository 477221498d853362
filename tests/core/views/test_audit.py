"""The audit log on a page and as CSV: who may read it, filters, pages, words, and no more queries for more rows."""

import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core import audit
from core.auditing.sealing import seal
from core.auditing.search import Search
from core.auditing.words import SENTENCES, detail_in_words, in_words
from core.models import AuditEvent, Project, User
from tests.core.views.conftest import logged_in
from tests.factories import RunFactory, UserFactory

PAGE = "/p/helpful/audit"


def rows(client: Client, **asked: str) -> list[list[str]]:
    answer = client.get(f"{PAGE}/csv", asked)
    text = b"".join(answer.streaming_content).decode()
    return list(csv.reader(io.StringIO(text)))[1:]


def verbs(client: Client, **asked: str) -> list[str]:
    return [row[4] for row in rows(client, **asked)]


def events_at(project: Project, *moments: str) -> None:
    for number, moment in enumerate(moments):
        AuditEvent.objects.create(project=project, verb="look", target=str(number), at=datetime.fromisoformat(moment))


def test_an_event_is_told_in_words_with_its_target_person_and_time(
    as_owner: Client, owner: User, project: Project
) -> None:
    run = RunFactory(project=project)
    audit.record("run.start", project=project, actor=owner, target=str(run.public), recipe="nightly")
    text = as_owner.get(PAGE).content.decode()
    assert "Started a run" in text
    assert f'href="/p/helpful/runs/{run.public}"' in text
    assert "recipe nightly" in text
    assert f"<bdi>{owner}</bdi>" in text
    assert "Not yet" in text
    seal()
    assert '<td data-label="Sealed">Yes</td>' in as_owner.get(PAGE).content.decode()


def test_a_project_without_events_says_so(as_owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.audit.viewed", lambda *args: None)
    assert "No events yet." in as_owner.get(PAGE).content.decode()


def test_a_look_at_the_log_and_its_download_are_in_it(as_owner: Client, owner: User, project: Project) -> None:
    as_owner.get(PAGE)
    as_owner.get(PAGE)
    rows(as_owner, verb="view.audit")
    found = AuditEvent.objects.filter(project=project).order_by("pk")
    assert [event.verb for event in found] == ["view.audit", "audit.download"]
    assert found[1].detail == {"filters": {"verb": "view.audit"}}
    assert {event.actor for event in found} == {owner}


def test_it_is_narrowed_by_person_verb_target_and_day(as_owner: Client, owner: User, project: Project) -> None:
    other = UserFactory()
    audit.record("one", project=project, actor=owner, target="abc")
    audit.record("two", project=project, actor=other, target="abd")
    audit.record("three", project=project, actor=None, target="x%")
    own = ["audit.download"]
    assert [verb for verb in verbs(as_owner, who=str(other.public)) if verb not in own] == ["two"]
    assert verbs(as_owner, verb="one") == ["one"]
    assert verbs(as_owner, target="ab") == ["two", "one"]
    assert verbs(as_owner, target="x%") == ["three"]
    assert verbs(as_owner, target="%") == []
    assert verbs(as_owner, since="2999-01-01") == []
    assert set(verbs(as_owner, who="nobody", verb="nothing", since="soon", before="x")) >= {"one", "two", "three"}


def test_days_are_those_of_the_projects_time_zone(as_owner: Client, project: Project) -> None:
    Project.objects.update(time_zone="Asia/Tokyo")
    events_at(project, "2026-03-01T14:59:59+00:00", "2026-03-01T15:00:00+00:00", "2026-03-02T15:00:00+00:00")
    asked = {"verb": "look", "since": "2026-03-02", "until": "2026-03-02"}
    assert [row[6] for row in rows(as_owner, **asked)] == ["1"]
    assert "2 Mar 2026, 00:00:00" in as_owner.get(PAGE, asked).content.decode()


def test_pages_follow_each_other_without_gap_or_repeat_also_within_one_moment(
    as_owner: Client, project: Project
) -> None:
    events_at(project, *["2026-03-01T12:00:00+00:00"] * 120)
    found: list[str] = []
    answer = as_owner.get(PAGE, {"verb": "look"})
    for _ in range(3):
        found += [row.event.target for row in answer.context["rows"]]
        if older := answer.context["older"]:
            answer = as_owner.get(PAGE + older)
    assert sorted(found, key=int) == [str(number) for number in range(120)]


def test_the_csv_holds_all_pages_and_its_formulas_are_inert(
    as_owner: Client, owner: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.auditing.search.EVENTS_A_FETCH", 10)
    User.objects.filter(pk=owner.pk).update(name="=HYPERLINK(1)")
    for number in range(35):
        audit.record("look", project=project, actor=owner, target="@cmd", n=number)
    found = rows(as_owner, verb="look")
    assert [json.loads(row[7])["n"] for row in found] == list(range(34, -1, -1))
    assert {(row[2], row[6]) for row in found} == {("'=HYPERLINK(1)", "'@cmd")}


def test_more_rows_take_no_more_queries(as_owner: Client, project: Project, django_assert_max_num_queries: Any) -> None:
    for number in range(40):
        audit.record("look", project=project, actor=UserFactory(), target=str(number))
    with django_assert_max_num_queries(15):
        as_owner.get(PAGE)


def test_another_projects_events_are_not_here(as_owner: Client, project: Project) -> None:
    audit.record("elsewhere", project=RunFactory().project, actor=None)
    audit.record("login", project=None, actor=UserFactory())
    assert {"elsewhere", "login"}.isdisjoint(verbs(as_owner))


def test_staff_read_the_whole_installation_with_its_logins(project: Project) -> None:
    staff = UserFactory(is_staff=True)
    audit.record("elsewhere", project=project, actor=None, target="t")
    client = logged_in(staff)
    text = client.get("/audit").content.decode()
    assert "Elsewhere" in text
    assert "Logged in" in text
    lines = b"".join(client.get("/audit/csv", {"verb": "login"}).streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert str(staff.public) in lines[1]


def test_logins_and_logouts_are_recorded(owner: User) -> None:
    client = logged_in(owner)
    client.post("/logout")
    found = AuditEvent.objects.filter(project=None).order_by("pk")
    assert [(event.verb, event.actor, event.target) for event in found] == [
        ("login", owner, str(owner.public)),
        ("logout", owner, str(owner.public)),
    ]


@pytest.mark.parametrize(
    "search",
    [
        {},
        {"person": True},
        {"verb": "v3"},
        {"target": "t77"},
        {"person": True, "verb": "v3"},
        {"since": "2026-02-01", "until": "2026-02-02"},
        {"verb": "v3", "since": "2026-02-01"},
    ],
)
@pytest.mark.parametrize("of_all", [False, True])
def test_every_way_of_asking_has_an_index(project: Project, owner: User, search: dict[str, Any], of_all: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_auditevent (project_id, actor_id, verb, target, detail, at) SELECT"
            " CASE WHEN n %% 2 = 0 THEN %s END, CASE WHEN n %% 50 = 0 THEN %s ELSE 0 END, 'v' || n %% 20, 't' || n,"
            " '{}', '2026-01-01'::timestamptz + n * interval '5 minutes' FROM generate_series(1, 20000) n",
            [project.pk, owner.pk],
        )
        cursor.execute("ANALYZE core_auditevent")
    days = {name: datetime.fromisoformat(search[name]).date() for name in ("since", "until") if name in search}
    asked = search | days | ({"person": owner} if "person" in search else {})
    events = Search(None if of_all else project, **asked)._events().order_by("-at", "-id")[:50]
    plan = events.explain()
    assert "Seq Scan" not in plan, plan
    assert "target" in search or "Sort" not in plan or "Incremental" in plan or "Bitmap" in plan, plan


def test_a_verb_without_words_and_a_long_detail_are_shown_as_they_are() -> None:
    assert in_words("thing.do_it") == "Thing do it"
    assert detail_in_words({"n": 1234, "none": None, "list": [1, "x"], "of": {"a": 1}, "long": "y" * 300}) == (
        f"list 1; x, long {'y' * 120}…, n 1,234, of a=1"
    )
    assert all(sentence[0].isupper() and not sentence.endswith(".") for sentence in SENTENCES.values())
