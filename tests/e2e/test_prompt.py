"""A reviewer decides on the prompt's page, and a manager sees the plan follow the form, as in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from core.models import Judgment, Membership, Project, Role, User
from tests.factories import ComparisonFactory, PromptFactory, ResponseFactory

pytestmark = pytest.mark.browser


def test_a_comparison_is_opened_decided_and_closed_in_place(as_ada: Page, project: Project, ada: User) -> None:
    Membership.objects.filter(user=ada).update(role=Role.REVIEWER)
    comparison = ComparisonFactory(project=project, texts=["The first text.", "The second text."])
    page = as_ada
    page.goto(f"/p/helpful/prompts/{comparison.prompt.public}")
    page.get_by_role("link", name="Decide", exact=True).click()
    card = page.locator(f"#comparison-{comparison.public}")
    expect(card).to_contain_text("The second text.")
    card.get_by_role("button", name="Decide comparison").click()
    expect(card.get_by_role("alert")).to_have_text("Choose an answer first, then submit.")
    card.get_by_label("B much better").check(force=True)
    card.get_by_label("Why").fill("It is right.")
    card.get_by_role("button", name="Decide comparison").click()
    expect(card).to_contain_text("One reviewer preferred B.")
    expect(card).to_contain_text("It is right.")
    expect(card).not_to_contain_text("The second text.")
    assert Judgment.objects.get().ranks == [2, 1]


def test_the_plan_follows_the_form_and_creates_a_run(as_ada: Page, project: Project, ada: User) -> None:
    Membership.objects.filter(user=ada).update(role=Role.MANAGER)
    ResponseFactory.create_batch(4, prompt=PromptFactory(project=project))
    page = as_ada
    page.goto("/p/helpful/comparisons/new")
    expect(page.get_by_role("button", name="Create 6 comparisons")).to_be_visible()
    page.get_by_label("One list").check()
    expect(page.get_by_role("button", name="Create 1 comparisons")).to_be_visible()
    page.get_by_label("Price of a judge call").fill("0.02")
    page.keyboard.press("Tab")
    expect(page.locator("#plan")).to_contain_text("0.02 at 0.02 a call, as written above")
    page.get_by_role("button", name="Create 1 comparisons").click()
    page.wait_for_url("**/p/helpful/runs/*")
    assert project.runs.get().settings["policy"] == "list"
