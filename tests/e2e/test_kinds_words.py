"""Questions that are answered in words: reasons with tags, marks inside a response, a better one."""

import pytest
from playwright.sync_api import Page, expect

from core.models import AuthorKind, Judgment, Project, Response, User
from tests.e2e.asking import PHONE, TOO_SOON, ask, judged, press, submit

pytestmark = pytest.mark.browser
MARKED = "😀 Some **bold** words &amp; `code`.\n\n- one item\n- مرحبا بك\n\n| a | b |\n|---|---|\n| c\\|d | e |"


def marked(judgment: Judgment) -> list[tuple[str, str]]:
    """Each span's words in the source, with its label."""
    texts = {each.slot: each.response.content for each in judgment.comparison.candidates.select_related("response")}
    return [(texts[span["slot"]][span["start"] : span["end"]], span["label"]) for span in judgment.spans]


def select(page: Page, words: str) -> None:
    """With the mouse, as far as the page can tell."""
    page.evaluate(
        """(words) => {
            const root = document.querySelector("#pane-A .content");
            const at = root.textContent.indexOf(words);
            const ends = [at, at + words.length].map((place, isEnd) => {
                const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
                for (let seen = 0; walker.nextNode(); seen += walker.currentNode.length) {
                    const inside = place - seen;
                    const fits = isEnd ? inside <= walker.currentNode.length : inside < walker.currentNode.length;
                    if (fits) return [walker.currentNode, inside];
                }
            });
            getSelection().setBaseAndExtent(...ends[0], ...ends[1]);
        }""",
        words,
    )


def test_a_reason_has_tags_and_a_length(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "text")
    page.wait_for_timeout(TOO_SOON)
    press(page, "2", "1", "4", "r")
    page.keyboard.type("Too short.")
    press(page, "Control+Enter")
    expect(page.locator("#error-rationale")).to_have_text("This text has 10 of at least 20 characters. Write more.")
    assert page.evaluate("document.activeElement.name") == "rationale"
    press(page, "End")
    page.keyboard.type(" Now it is long enough.")
    press(page, "Control+Enter")
    judgment = judged(page)
    assert judgment.rationale == "Too short. Now it is long enough."
    assert judgment.answers["rationale_tags"] == ["Correct", "Safe"]


def test_escape_leads_from_the_reason_back_to_the_row(as_ada: Page, ada: User, project: Project) -> None:
    ask(as_ada, ada, project, "attributes")
    press(as_ada, "2", "r", "1", "Escape", "4")
    assert as_ada.evaluate("document.querySelector('[name=helpful]:checked').value") == "b1"
    assert as_ada.evaluate("document.getElementById('field-rationale').value") == "1"


def test_marks_of_the_mouse_are_stored_where_they_stand_in_the_source(
    as_ada: Page, ada: User, project: Project
) -> None:
    page = as_ada
    ask(page, ada, project, "spans", [MARKED, "Nothing wrong here."])
    for words, category in (
        ("bold words", "False"),
        ("words & code", "Unsafe"),
        ("مرحبا", "Unclear"),
        ("c|d", "False"),
        ("😀 Some", "Unsafe"),
    ):
        select(page, words)
        page.locator(".spans-category", has_text=category).click()
    assert page.locator(".span-mark[data-name]").count() == 5
    page.get_by_role("textbox", name="Note on “bold words” in A").fill("Not bold at all")
    press(page, "Escape", "4")
    judgment = submit(page)
    assert marked(judgment) == [
        ("😀 Some", "unsafe"),
        ("bold** words", "false"),
        ("words &amp; `code", "unsafe"),
        ("مرحبا", "unclear"),
        ("c\\|d", "false"),
    ]
    assert judgment.spans[1]["note"] == "Not bold at all"


def test_marks_by_key_alone(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "spans", ["One two **three** four", "Five six"])
    press(page, "m", "ArrowRight", "Shift+ArrowRight", "1", "ArrowRight", "2", "ArrowRight", "3")
    expect(page.locator(".spans-list li")).to_have_count(3)
    press(page, "Delete")
    expect(page.locator(".spans [role=status]")).to_have_text("Removed the mark on “four”")
    press(page, "q", "ArrowRight", "3", "Escape")
    assert page.evaluate("document.activeElement.textContent.trim().slice(0, 4)") == "Mark"
    press(page, "4", "c")
    judgment = judged(page)
    by_slot = sorted(marked(judgment))
    assert by_slot == [("four", "unclear"), ("six", "unclear"), ("two **three", "false")]


def test_marks_come_back_and_can_be_removed(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "spans")
    page.wait_for_timeout(TOO_SOON)
    press(page, "m", "1", "ArrowRight", "ArrowRight", "2", "Escape")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#error-main")).to_have_text("Choose an answer first, then submit.")
    expect(page.locator(".span-mark[data-name]")).to_have_count(2)
    page.get_by_role("button", name="Remove the mark").first.click()
    expect(page.locator(".span-mark[data-name]")).to_have_count(1)
    press(page, "4")
    assert len(submit(page).spans) == 1


def test_marks_on_a_phone(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    page.set_viewport_size(PHONE)
    ask(page, ada, project, "spans")
    select(page, "acetone")
    page.locator(".spans-category", has_text="False").click()
    page.locator("#question-main [value=tie]").check(force=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert marked(submit(page)) == [("acetone", "false")]


def test_a_better_one_begins_with_the_winner(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    comparison = ask(page, ada, project, "rewrite", ["A **first** text.", "A second text."])
    press(page, "7", "w")
    field = page.locator("[name='better.text']")
    expect(field).to_have_value("A second text.")
    assert page.evaluate("document.activeElement.name") == "better.text"
    page.locator("[data-source]").first.check(force=True)
    expect(field).to_have_value("A **first** text.")
    field.fill("A **first** text, made better.")
    press(page, "Control+Enter")
    judgment = judged(page)
    written = Response.objects.get(author_kind=AuthorKind.PERSON)
    parent = comparison.candidates.get(slot=judgment.order[0]).response
    assert (written.content, written.parent, written.writer) == ("A **first** text, made better.", parent, ada)


def test_what_was_typed_survives_another_choice_and_a_refusal(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "rewrite", ["A first text.", "A second text."])
    page.wait_for_timeout(TOO_SOON)
    press(page, "w")
    field = page.locator("[name='better.text']")
    field.fill("Short")
    page.locator("[data-source]").last.check(force=True)
    expect(field).to_have_value("Short")
    page.locator("#question-main [value=tie]").check(force=True)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#error-better")).to_have_text("This text has 5 of at least 10 characters. Write more.")
    expect(page.locator("[name='better.text']")).to_have_value("Short")
    page.get_by_role("button", name="Remove my version").click()
    judgment = submit(page)
    assert "better" not in judgment.answers


def test_a_better_one_on_a_phone(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    page.set_viewport_size(PHONE)
    ask(page, ada, project, "rewrite", ["A first text.", "A second text."])
    page.locator("#question-main [value=tie]").check(force=True)
    page.get_by_role("button", name="Write a better one").click()
    page.locator("[name='better.text']").fill("Quite another text.")
    submit(page)
    assert Response.objects.filter(content="Quite another text.").count() == 1
