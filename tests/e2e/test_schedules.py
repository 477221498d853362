"""Schedules in a real browser: the next times follow what is typed, the settings follow the recipe, nothing moves."""

import pytest
from playwright.sync_api import Page, expect

from core.models import Membership, Project, Role, Schedule, User
from tests.e2e.settling import settle
from tests.e2e.test_layout import SHIFTS, SIZES, sideways
from tests.factories import ScheduleFactory

pytestmark = pytest.mark.browser
NEW = "/p/helpful/schedules/new"


@pytest.fixture
def as_owner(as_ada: Page, ada: User) -> Page:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    return as_ada


def test_a_schedule_is_made_looked_at_and_deleted(as_owner: Page, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(time_zone="Europe/Zurich")
    page = as_owner
    page.goto("/p/helpful/schedules")
    page.get_by_role("link", name="New schedule").click()
    times = page.locator("#next-times")
    expect(times).to_contain_text("every night at 02:00 in Europe/Zurich")
    page.get_by_label("As a cron line").check()
    page.get_by_role("textbox", name="Cron line").fill("0 25 * * *")
    expect(times).to_contain_text("The hour “25” does not fit.")
    page.get_by_role("textbox", name="Cron line").fill("*/20 8-17 * * mon-fri")
    expect(times.locator("li")).to_have_count(5)
    page.get_by_label("Recipe").select_option("compare")
    page.locator("[name='compare.pairs']").fill("4")
    page.get_by_label("Name").fill("Working hours")
    page.get_by_label("Queue the new one").check()
    page.get_by_role("button", name="Save schedule").click()
    expect(page.get_by_role("heading", name="Working hours")).to_be_visible()
    schedule = Schedule.objects.get()
    assert (schedule.cron, schedule.settings, schedule.overlap) == (
        "*/20 8-17 * * mon-fri", {"compare.pairs": 4}, "queue",
    )  # fmt: skip
    page.get_by_role("button", name="Pause schedule").click()
    expect(page.get_by_text("It is paused")).to_be_visible()
    page.get_by_role("link", name="Delete schedule").click()
    page.get_by_label("Write its name").fill("Working hours")
    page.get_by_role("button", name="Delete schedule").click()
    expect(page.get_by_text("No schedules yet.")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_while_one_types_and_nothing_scrolls_sideways(
    as_owner: Page, project: Project, size: str
) -> None:
    page = as_owner
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    page.goto(NEW)
    page.get_by_label("As a cron line").check()
    for line in ("0 25 * * *", "0 0 29 2 mon", f"{'1,' * 50}1 * * * *"):
        page.get_by_role("textbox", name="Cron line").fill(line)
        settle(page)
        assert sideways(page) <= 0
    assert page.evaluate(SHIFTS) == 0


@pytest.mark.parametrize("size", SIZES)
def test_long_names_and_sentences_stay_on_the_page(as_owner: Page, project: Project, size: str) -> None:
    page = as_owner
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    schedule = ScheduleFactory(
        project=project, name="w" * 80, note="n" * 300, cron="1,2,3,4,5,6,7,8,9,10 */7 1-5 1,12 mon-fri"
    )
    for address in ("/p/helpful/", "/p/helpful/schedules", f"/p/helpful/schedules/{schedule.public}"):
        page.goto(address)
        assert sideways(page) <= 0, address
