"""A lead who is no programmer composes questions in a real browser, and an annotator sees them."""

import pytest
from playwright.sync_api import Page, expect

from core.models import Membership, Project, Role, User
from core.questions import current
from tests.factories import ComparisonFactory

pytestmark = pytest.mark.browser
HERE = "/p/helpful/settings/questions"


@pytest.fixture
def as_owner(as_ada: Page, ada: User, project: Project) -> Page:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    ComparisonFactory(project=project, texts=["Stay calm.", "Run."])
    return as_ada


def add(page: Page, kind: str, text: str) -> None:
    """By keyboard: the button is pressed, the question has the focus, its text is typed over."""
    page.get_by_role("button", name=kind).focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Question", exact=True).last
    expect(field).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def test_five_kinds_are_composed_published_and_seen(as_owner: Page, project: Project) -> None:
    page = as_owner
    page.goto(HERE)
    seen = page.frame_locator(".composer-frame")
    expect(seen.get_by_text("A much")).to_have_count(1)
    add(page, "Ratings", "How warm is each?")
    add(page, "Choice", "What is it about?")
    add(page, "Mark passages", "Mark what is cold")
    expect(page.locator(".composer-question")).to_have_count(5)
    page.get_by_role("button", name="Move question 5 up").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move question 4 up")).to_be_focused()
    expect(page.locator(".composer-question strong").nth(3)).to_have_text("Mark what is cold")
    expect(seen.get_by_text("How warm is each?")).to_have_count(1)
    last = page.locator(".composer-question").last
    last.get_by_label("Only asked if").select_option("main")
    page.locator(".composer-question").last.get_by_label("both bad").check()
    expect(seen.locator("#question-choice")).to_have_attribute("data-when", "main:both_bad")
    page.get_by_label("On a desk").check()
    expect(seen.locator("#question-choice")).to_be_hidden()
    seen.get_by_label("Both bad").first.check(force=True)
    expect(seen.locator("#question-choice")).to_be_visible()
    assert len(current(project).questions) == 2, "nothing is kept before it is published"
    with page.expect_navigation():
        page.get_by_role("button", name="Publish questions").click()
    expect(page.locator(".composer-question")).to_have_count(5)
    expect(page.get_by_text("The first questions.")).to_be_visible()
    kinds = [question["kind"] for question in current(project).questions]
    assert kinds == ["pairwise", "text", "rating", "spans", "choice"]
    page.goto("/p/helpful/work")
    for text in ("How warm is each?", "Mark what is cold"):
        expect(page.locator("#answer").get_by_text(text).first).to_be_attached()
    expect(page.locator("#question-choice")).to_be_hidden()


def test_a_mistake_and_a_closed_card_keep_what_was_typed(as_owner: Page, project: Project) -> None:
    page = as_owner
    page.goto(HERE)
    first = page.locator(".composer-question").first
    first.locator("summary").click()
    first.get_by_label("Question", exact=True).fill("Which is kinder?")
    first.get_by_label("Weakest").fill("")
    page.get_by_role("button", name="Publish questions").click()
    expect(page.get_by_text("A strength has 0 characters.").first).to_be_visible()
    expect(page.get_by_label("Question", exact=True).first).to_have_value("Which is kinder?")
    page.get_by_label("Weakest").first.fill("a bit")
    with page.expect_navigation():
        page.get_by_role("button", name="Publish questions").click()
    expect(page.locator(".composer-question strong").first).to_have_text("Which is kinder?")
    assert current(project).questions[0]["strengths"] == ["a bit", "somewhat", "much"]
