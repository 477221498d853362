"""The page of one schedule: make it, look at it, change it; the next five times follow what is typed."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.models import Project, Role, Schedule, User
from core.recipes.shelf import Text, keep
from core.schedules.actions import Plan, create_schedule
from tests.core.views.conftest import logged_in
from tests.core.views.markup import PAYLOADS, dangers
from tests.factories import MembershipFactory, RunFactory, StageFactory

NEW = "/p/helpful/schedules/new"
RECIPE = "recipe: nightly\nstages:\n  - uses: compare\n    with: {pairs: 3}\n  - uses: people\n    name: audit\n"
TYPED = {
    "name": "Every night",
    "recipe": "nightly",
    "settings_of": "nightly",
    "kind": "daily",
    "daily_at": "02:00",
    "weekdays_at": "03:00",
    "minute": "0",
    "cron": "",
    "overlap": "queue",
    "only_new": "on",
    "max_cost": "",
}


@pytest.fixture
def recipe(project: Project) -> None:
    keep(project, Text("nightly", RECIPE, "nightly"), None)


@pytest.fixture
def schedule(project: Project, recipe: None) -> Schedule:
    return create_schedule(
        project, Plan("Every night", "nightly", "0 2 * * *", settings={"compare.pairs": 5}, max_cost=Decimal("2.5"))
    )


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def send(client: Client, address: str = NEW, **typed: str) -> Any:
    return client.post(address, {**TYPED, **typed})


def part(client: Client, target: str, **typed: str) -> str:
    response = client.get(NEW, typed, headers={"HX-Request": "true", "HX-Target": target})
    assert response.status_code == 200
    return text(response)


def test_a_schedule_is_made_as_it_was_typed(as_owner: Client, owner: User, project: Project, recipe: None) -> None:
    assert "New schedule" in text(as_owner.get(NEW))
    answer = send(as_owner, **{"compare.pairs": "7", "audit.share": "0.5", "max_cost": "1.25"})
    schedule = Schedule.objects.get()
    assert answer.url == f"/p/helpful/schedules/{schedule.public}"
    assert (schedule.name, schedule.recipe, schedule.cron) == ("Every night", "nightly", "0 2 * * *")
    assert schedule.settings == {"compare.pairs": 7, "audit.share": 0.5}
    assert (schedule.overlap, schedule.only_new, schedule.max_cost) == ("queue", True, Decimal("1.25"))
    assert (schedule.created_by, schedule.project) == (owner, project)


@pytest.mark.parametrize(
    ("typed", "cron"),
    [
        ({"kind": "weekdays", "weekdays_at": "18:30"}, "30 18 * * 1-5"),
        ({"kind": "hourly", "minute": "5"}, "5 * * * *"),
        ({"kind": "cron", "cron": " 0  */6 * *  MON-FRI "}, "0 */6 * * mon-fri"),
        ({"kind": "daily", "cron": "nonsense", "minute": "99"}, "0 2 * * *"),
    ],
)
def test_the_time_is_simple_or_a_cron_line(as_owner: Client, recipe: None, typed: dict[str, str], cron: str) -> None:
    assert send(as_owner, **typed).status_code == 302
    assert Schedule.objects.get().cron == cron


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Write a name."),
        ({"name": "n" * 81}, "at most 80 characters"),
        ({"kind": "cron", "cron": "0 25 * * *"}, "The hour “25” does not fit."),
        ({"kind": "cron", "cron": ""}, "Write five: minute, hour"),
        ({"kind": "daily", "daily_at": "25:00"}, "The hour 25 does not fit. Write 0 to 23."),
        ({"kind": "hourly", "minute": "x"}, "“x” is no minute. Write 0 to 59."),
        ({"kind": "sometimes"}, "Choose when it starts."),
        ({"overlap": ""}, "Choose one of the three."),
        ({"max_cost": "-1"}, "Write more than 0, or nothing."),
        ({"max_cost": "much"}, "Write a number, or nothing."),
        ({"recipe": "gone", "settings_of": "gone"}, "There is no recipe “gone”."),
        ({"compare.pairs": "0"}, "Write 1 or more."),
        ({"compare.pears": "1"}, "The recipe has no setting “compare.pears”."),
    ],
)
def test_a_mistake_comes_back_in_place_with_what_was_typed(
    as_owner: Client, recipe: None, typed: dict[str, str], sentence: str
) -> None:
    answer = send(as_owner, **{"max_cost": "9.75", "audit.share": "0.25", **typed})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert 'value="0.25"' in text(answer) or typed.get("recipe") == "gone"
    assert not Schedule.objects.exists()


def test_what_only_a_shell_may_set_is_refused(as_owner: Client, project: Project) -> None:
    typed = {"recipe": "import", "settings_of": "import", "import.sample": "true", "import.files": '["/etc/passwd"]'}
    answer = send(as_owner, **typed)
    assert (answer.status_code, Schedule.objects.count()) == (422, 0)
    assert "import.files can be set only from a shell" in text(answer)


def test_a_name_that_is_taken_is_said_so(as_owner: Client, schedule: Schedule) -> None:
    answer = send(as_owner)
    assert answer.status_code == 422
    assert "A schedule of this project is called “Every night” already." in text(answer)


def test_the_settings_of_another_recipe_are_shown_before_it_is_saved(as_owner: Client, recipe: None) -> None:
    answer = send(as_owner, settings_of="reference")
    assert answer.status_code == 422
    assert "These are the settings of the recipe that you chose." in text(answer)
    assert 'name="compare.pairs"' in text(answer)


def test_the_page_shows_what_is_kept(as_owner: Client, schedule: Schedule) -> None:
    html = text(as_owner.get(f"/p/helpful/schedules/{schedule.public}"))
    assert "Runs nightly every night at 02:00." in html
    assert 'name="daily_at" value="02:00"' in html
    assert 'value="2.5"' in html
    assert html.count("</time> </li>") == 5
    settings = as_owner.get(f"/p/helpful/schedules/{schedule.public}").context["settings"]
    assert [each.text for each in settings.form.stages[0].settings if each.shape.name == "pairs"] == ["5"]


def test_saving_the_page_as_it_is_changes_nothing(as_owner: Client, schedule: Schedule) -> None:
    here = f"/p/helpful/schedules/{schedule.public}"
    typed = {"overlap": "skip", "max_cost": "2.5", "compare.pairs": "5"}
    assert send(as_owner, here, **typed).url == here
    kept = Schedule.objects.get()
    for name in ("name", "recipe", "cron", "settings", "overlap", "only_new", "max_cost", "enabled", "public"):
        assert getattr(kept, name) == getattr(schedule, name), name


def test_a_change_is_kept(as_owner: Client, schedule: Schedule) -> None:
    here = f"/p/helpful/schedules/{schedule.public}"
    send(as_owner, here, name="Hourly", kind="hourly", minute="7", only_new="", **{"compare.pairs": "3"})
    kept = Schedule.objects.get()
    assert (kept.name, kept.cron, kept.only_new, kept.settings) == ("Hourly", "7 * * * *", False, {})


def test_a_recipe_that_no_longer_fits_still_shows_the_page(as_owner: Client, schedule: Schedule) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(recipe="gone", note="The run could not start: x")
    html = text(as_owner.get(f"/p/helpful/schedules/{schedule.public}"))
    assert "There is no recipe “gone”." in html
    assert "Not saved" not in html
    assert '<option value="gone" selected>' in html


def test_the_last_runs_are_listed_with_what_they_say(as_owner: Client, schedule: Schedule) -> None:
    run = RunFactory(
        project=schedule.project, schedule=schedule, due=schedule.next_due, state="failed", error="It broke."
    )
    StageFactory(run=run, total=1204, done=1200, failed=4)
    html = text(as_owner.get(f"/p/helpful/schedules/{schedule.public}"))
    assert f'href="/p/helpful/runs/{run.public}"' in html
    for said in ("It broke.", ">1,200<", ">4<", "Failed"):
        assert said in html


def test_the_next_times_follow_what_is_typed(as_owner: Client, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(time_zone="Europe/Zurich")
    html = part(as_owner, "next-times", kind="cron", cron="30 12 1 1 *", daily_at="02:00")
    assert "in Europe/Zurich" in html
    assert html.count("1 Jan") == html.count(", 12:30") == 5
    assert "<form" not in html
    assert "The month “13” does not fit." in part(as_owner, "next-times", kind="cron", cron="0 0 1 13 *")


def test_the_settings_follow_the_recipe(as_owner: Client, recipe: None) -> None:
    html = part(as_owner, "recipe-settings", recipe="nightly")
    assert 'name="compare.pairs"' in html
    assert 'name="settings_of" value="nightly"' in html
    assert "<form" not in html
    assert "There is no recipe “gone”." in part(as_owner, "recipe-settings", recipe="gone")


def test_who_reads_sees_the_times_and_no_form(schedule: Schedule, project: Project) -> None:
    client = logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user)
    html = text(client.get(f"/p/helpful/schedules/{schedule.public}"))
    assert html.count("</time> </li>") == 5
    assert "Save schedule" not in html
    assert send(client, f"/p/helpful/schedules/{schedule.public}").status_code == 403
    assert client.get(NEW).status_code == 403


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 7))
def test_what_is_typed_does_nothing(as_owner: Client, schedule: Schedule, number: int) -> None:
    payload = PAYLOADS[number]
    Schedule.objects.filter(pk=schedule.pk).update(name=payload[:80], note=payload)
    for address in ("", "/schedules", f"/schedules/{schedule.public}", f"/schedules/{schedule.public}/delete"):
        assert dangers(as_owner.get(f"/p/helpful{address or '/'}").content.decode()) == []
    names = ("name", "recipe", "settings_of", "kind", "cron", "daily_at", "minute", "max_cost", "compare.pairs")
    assert dangers(send(as_owner, **dict.fromkeys(names, payload)).content.decode()) == []
