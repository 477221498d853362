"""What somebody without a mouse meets, and somebody whom movement makes ill."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.models import Project, User
from tests.e2e.axe import longest_movement
from tests.e2e.test_layout import fill
from tests.factories import ComparisonFactory

pytestmark = pytest.mark.browser
FOCUSED = """() => {
    const focused = document.activeElement;
    const style = getComputedStyle(focused.closest(".option") ?? focused);
    const place = [...document.querySelectorAll("*")].indexOf(focused);
    return [place, focused.id || focused.textContent.trim().slice(0, 20), style.outlineStyle, style.outlineWidth];
}"""
KINDS = (
    "/",
    "/account",
    "/p/helpful/",
    "/p/helpful/prompts",
    "/p/helpful/settings",
    "/p/helpful/runs",
    "/p/helpful/team",
    "/p/helpful/work",
    "/endpoints/new",
)


@pytest.fixture
def owner(as_ada: Page, ada: User, project: Project) -> Page:
    fill(project, ada)
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    return as_ada


def stops(page: Page, most: int = 40) -> list[Any]:
    """Where Tab comes by until it comes round: the place in the document, what it is called, its ring."""
    found: list[Any] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if page.evaluate("document.activeElement === document.body") or (found and stop[0] == found[0][0]):
            break
        found.append(stop)
    return found


def test_tab_follows_the_page_and_shows_where_it_is(owner: Page) -> None:
    for address in KINDS:
        owner.goto(address)
        found = stops(owner)
        assert len(found) > 4, address
        assert [stop for stop in found if stop[2:] != ["solid", "2px"]] == [], address
        places = [place for place, *_ in found]
        assert places == sorted({*places}), address


def test_the_content_is_two_keys_away(owner: Page) -> None:
    owner.goto("/p/helpful/prompts")
    owner.keyboard.press("Tab")
    expect(owner.get_by_role("link", name="Skip to the content")).to_be_focused()
    owner.keyboard.press("Enter")
    expect(owner.locator("#main")).to_be_focused()


def test_a_dialog_and_a_menu_give_the_focus_back(as_ada: Page, project: Project) -> None:
    ComparisonFactory(project=project)
    page = as_ada
    page.goto("/p/helpful/work")
    opener = page.get_by_role("button", name="Keys")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    skip = page.locator("summary", has_text="Skip")
    skip.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(skip).to_be_focused()


def test_what_scrolls_in_a_text_can_be_reached(as_ada: Page, project: Project) -> None:
    wide = f"```\n{'x = 1; ' * 99}\n```"
    ComparisonFactory(project=project, texts=[wide, "```\nx\n```"])
    page = as_ada
    page.goto("/p/helpful/work")
    expect(page.locator("pre[tabindex]")).to_have_count(1)


def test_nothing_moves_for_who_wants_no_motion(owner: Page) -> None:
    for address in KINDS:
        owner.goto(address)
        assert longest_movement(owner) <= 0.12, address
        owner.emulate_media(reduced_motion="reduce")
        assert longest_movement(owner) == 0, address
        owner.emulate_media(reduced_motion="no-preference")
