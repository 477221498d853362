"""Reading two answers in a real browser: differences on a key, scrolling together, and back."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from annotate.models import Assignment
from core.models import Comparison, Project
from tests.e2e.test_layout import ARABIC, CODE, LONG, sideways
from tests.factories import ComparisonFactory

pytestmark = pytest.mark.browser
ROWS = "\n\n".join(f"Paragraph {n} says the same in both." for n in range(80))


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    context.set_default_timeout(30_000)
    return context


@pytest.fixture
def comparison(project: Project) -> Comparison:
    texts = [f"The first one $x^2$.\n\n{ROWS}\n\n{CODE}", f"The second one $x^2$.\n\n{ROWS}\n\n{LONG}\n\n{ARABIC}"]
    return ComparisonFactory(project=project, texts=texts)


def until(page: Page, expression: str) -> None:
    """Waits from here: the page's policy lets nobody hand it an expression to wait for."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never: {expression}")


def test_differences_come_and_go_on_their_key(as_ada: Page, comparison: Comparison) -> None:
    page = as_ada
    page.goto("/p/helpful/work")
    expect(page.locator("#pane-A math")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("#differ")).to_have_attribute("aria-pressed", "true")
    words = ["first ", "second "] if Assignment.objects.get().order[0] == 0 else ["second ", "first "]
    for letter, word in zip("AB", words, strict=True):
        mark = page.locator(f"#differ-{letter} mark").first
        expect(mark).to_have_text(word.strip())
        assert "underline" in mark.evaluate("mark => getComputedStyle(mark).textDecorationLine")
    expect(page.locator("#pane-A math")).to_be_hidden()
    expect(page.locator("#differ-said")).to_contain_text("What only one of the answers has is underlined")
    page.keyboard.press("d")
    expect(page.locator("#pane-A math")).to_be_visible()
    expect(page.locator("#differ-A")).to_be_hidden()


def test_the_next_comparison_begins_with_its_answers(as_ada: Page, project: Project, comparison: Comparison) -> None:
    ComparisonFactory(project=project, texts=["One more.", "One less."])
    page = as_ada
    page.goto("/p/helpful/work")
    page.keyboard.press("d")
    expect(page.locator("#differ-A mark").first).to_be_visible()
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.locator(".bar-progress .figures")).to_contain_text("1 of 2")
    expect(page.locator("#differ")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#pane-A .pane-text")).to_be_visible()


def test_answers_scroll_together_where_somebody_wants_that(as_ada: Page, comparison: Comparison) -> None:
    page = as_ada
    page.goto("/p/helpful/work")
    far = "[...document.querySelectorAll('.pane')].map((p) => p.scrollTop / (p.scrollHeight - p.clientHeight))"
    page.evaluate("document.querySelector('#pane-A').scrollTop = 400")
    page.wait_for_timeout(100)
    assert page.evaluate(far)[1] == 0
    page.keyboard.press("v")
    page.evaluate("document.querySelector('#pane-A').scrollTop = 1e6")
    until(page, f"{far}[1] > 0.98")
    page.wait_for_timeout(300)  # what B does by itself is over
    page.evaluate("document.querySelector('#pane-B').scrollTop = 0")
    until(page, f"{far}[0] < 0.02")
    page.reload()
    expect(page.locator("#together")).to_have_attribute("aria-pressed", "true")


def test_on_a_phone_the_switch_has_the_differences_too(as_ada: Page, comparison: Comparison) -> None:
    page = as_ada
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/p/helpful/work")
    expect(page.locator("#together")).to_be_hidden()
    assert page.locator(".switch").evaluate("nav => getComputedStyle(nav).position") == "sticky"
    assert page.locator("#differ").bounding_box()["height"] >= 44
    page.locator("#differ").click()
    expect(page.locator("#differ-B mark").first).to_be_visible()
    assert sideways(page) <= 0
