"""A project made and set in a real browser: what follows what is typed, and that nothing moves meanwhile."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.models import Membership, Project, Role, User
from core.questions import current
from core.reports import standing
from tests.factories import ComparisonFactory, ProjectFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A browser in Zurich."""
    size = {"width": 1440, "height": 900}
    context = browser.new_context(base_url=live_server.url, viewport=size, timezone_id="Europe/Zurich")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def as_owner(as_ada: Page, ada: User, project: Project) -> Page:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    return as_ada


def test_a_new_project_begins_with_its_address_and_the_browsers_time_zone(as_ada: Page, project: Project) -> None:
    page = as_ada
    ProjectFactory(slug="kind-answers")
    page.goto("/")
    page.get_by_role("link", name="New project").click()
    expect(page.locator("#time_zone")).to_have_value("Europe/Zurich")
    page.locator("#name").press_sequentially("Kind answers")
    expect(page.locator("#slug")).to_have_value("kind-answers-2")
    page.fill("#slug", "mine")
    page.locator("#name").press("End")
    page.locator("#name").press_sequentially(", May")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#slug")).to_have_value("mine")
    page.get_by_role("button", name="Create project").click()
    page.wait_for_url("**/p/mine/")
    made = Project.objects.get(slug="mine")
    assert (made.name, made.time_zone) == ("Kind answers, May", "Europe/Zurich")


def test_the_preview_of_the_questions_follows_what_is_typed(as_owner: Page, project: Project) -> None:
    page = as_owner
    page.goto("/p/helpful/settings/questions")
    preview = page.frame_locator(".composer-frame").locator("#answer")
    expect(preview.get_by_text("A much")).to_have_count(1)
    page.locator(".composer-question summary").first.click()
    page.fill("#q0-text", "Which is kinder?")
    page.uncheck("input[name='q0.both_bad']")
    expect(preview.get_by_text("Which is kinder?")).to_be_visible()
    expect(preview.get_by_text("Both bad")).to_have_count(0)
    expect(page.locator("#q0-text")).to_have_value("Which is kinder?")
    page.fill("#q0-text", "")
    expect(page.locator("#preview").get_by_text("Ask something.")).to_be_visible()
    assert current(project).questions[0]["text"] == "Which answer is better?", "nothing is kept before it is published"
    page.fill("#q0-text", "Which is kinder?")
    with page.expect_navigation():
        page.get_by_role("button", name="Publish questions").click()
    expect(page.locator(".composer-question strong").first).to_have_text("Which is kinder?")
    assert current(project).questions[0]["text"] == "Which is kinder?"


def test_the_preview_of_the_guidelines_follows_what_is_typed(as_owner: Page, project: Project) -> None:
    page = as_owner
    page.goto("/p/helpful/settings/guidelines")
    before = page.locator(".settle").bounding_box()
    page.fill("#guidelines", "Be **kind**.\n\n" + "- one more\n" * 60)
    expect(page.locator("#preview strong")).to_have_text("kind")
    assert page.locator(".settle").bounding_box() == before, "a longer text scrolls by itself"


def test_a_large_project_is_counted_when_the_page_is_there(
    as_owner: Page, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(standing, "LARGE", 1)
    ComparisonFactory.create_batch(2, project=project)
    page = as_owner
    page.goto("/p/helpful/")
    expect(page.get_by_text("0 of 2 comparisons labelled")).to_be_visible()
    expect(page.get_by_text("Counting…")).to_have_count(0)
    expect(page.get_by_role("link", name="Judge the next comparison")).to_be_visible()


def test_a_project_is_archived_with_its_name_and_restored(as_owner: Page, project: Project) -> None:
    page = as_owner
    page.goto("/p/helpful/settings/danger")
    page.get_by_role("button", name="Archive project").click()
    expect(page.locator("#archive-error")).to_have_text("This is not its name. Write “Helpful”.")
    page.fill("#archive-name", "Helpful")
    page.get_by_role("button", name="Archive project").click()
    page.get_by_role("link", name="Restore project…").click()
    page.get_by_role("button", name="Restore project").click()
    page.wait_for_url("**/p/helpful/")
    assert Project.objects.get(slug="helpful").archived is None
