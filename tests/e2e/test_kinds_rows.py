"""Questions in rows: attributes, ratings, rubrics, thumbs and options; by key, by mouse, on a phone."""

import pytest
from playwright.sync_api import Page, expect

from core.models import Judgment, Project, User
from tests.asking import ANSWERS
from tests.e2e.asking import PHONE, TOO_SOON, ask, by_place, judged, press, submit

pytestmark = pytest.mark.browser
SMALL = """[...document.querySelectorAll("#answer-form label.option, .answer-row :is(button, summary)")]
    .filter((each) => each.checkVisibility() && each.offsetHeight < 44).map((each) => each.textContent)"""
COVERED = """(() => {
    const box = document.querySelector(".answer").getBoundingClientRect();
    return box.height / innerHeight;
})()"""
TOPS = """[...document.querySelectorAll(".question:not([hidden]), .answer-row")]
    .map((each) => Math.round(each.getBoundingClientRect().top))"""


def choose(page: Page, row: str, nth: int) -> None:
    """With the mouse, or a finger."""
    page.get_by_role("radiogroup", name=row).locator("input").nth(nth).click()


def current(page: Page) -> str:
    return page.evaluate("document.querySelector('[data-current]').getAttribute('aria-label')")


def test_digits_answer_row_by_row(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "attributes")
    press(page, "2", "3", "5", "1", "Enter")
    judgment = judged(page)
    better = judgment.order[0]
    assert judgment.ranks[better] == 1
    assert judgment.strength == 1
    helpful, truthful, harmless = (judgment.answers[name] for name in ("helpful", "truthful", "harmless"))
    assert helpful == {"ranks": [1, 1], "strength": 0, "both_bad": False}
    assert (truthful["ranks"][better], truthful["strength"]) == (2, 2)
    assert (harmless["ranks"][better], harmless["strength"]) == (1, 2)


def test_q_goes_from_row_to_row_and_a_mouse_chooses_any(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "attributes")
    press(page, "2", "q", "q", "Shift+Q", "5", "Shift+Q", "Shift+Q", "1")
    page.locator("#question-harmless .option").nth(2).click()
    judgment = submit(page)
    assert judgment.strength == 1
    assert {name: answer["strength"] for name, answer in judgment.answers.items()} == {
        "helpful": 2,
        "truthful": 2,
        "harmless": 0,
    }


def test_ratings_take_the_value_and_show_what_it_means(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "rating")
    press(page, "4")
    expect(page.locator(".ask-anchor").first).to_have_text("As helpful as can be")
    assert current(page) == "Correctness of A"
    press(page, "0", "3", "2", "1", "1", "2", "3", "4", "0", "c")
    judgment = judged(page)
    names = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
    a, b = by_place(judgment, judgment.ratings)
    assert [a[name] for name in names] == [4, 0, 3, 2, 1]
    assert [b[name] for name in names] == [1, 2, 3, 4, 0]
    assert judgment.ranks[judgment.order[0]] == 1


def test_ratings_on_a_phone(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    page.set_viewport_size(PHONE)
    ask(page, ada, project, "rating")
    assert page.evaluate(SMALL) == []
    assert page.evaluate(COVERED) <= 0.6
    expect(page.get_by_role("button", name="Submit")).to_be_in_viewport()
    page.get_by_role("button", name="More").click()
    for row in page.get_by_role("radiogroup").all():
        row.locator("input").nth(3).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    judgment = submit(page)
    assert {value for row in judgment.ratings.values() for value in row.values()} == {3}
    assert judgment.ranks == [1, 1]


def test_on_a_phone_what_is_no_answer_opens_a_row_of_its_own(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    page.set_viewport_size(PHONE)
    ask(page, ada, project, "rating")
    ways = page.get_by_role("button", name="Something else")
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    ways.click()
    expect(ways).to_have_attribute("aria-expanded", "true")
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("summary", has_text="Skip").click()
    expect(page.get_by_role("button", name="The text is broken")).to_be_in_viewport()
    page.keyboard.press("Escape")
    ways.click()
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()


def test_many_questions_scroll_inside_and_submit_stays(as_ada: Page, ada: User, project: Project) -> None:
    ask(as_ada, ada, project, "rating", ["Text. " * 900, "More. " * 900])
    assert as_ada.evaluate(COVERED) <= 0.46
    expect(as_ada.get_by_role("button", name="Submit")).to_be_in_viewport()


def test_criteria_are_answered_for_each_response(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "rubric")
    press(page, "4", "1", "2", "3")
    assert current(page) == "Names the cause of B"
    for name in ("Names the cause", "Gives steps that can be followed", "Says when it is safe to eat"):
        choose(page, f"{name} of B", 2)
    judgment = submit(page)
    a, b = by_place(judgment, judgment.answers["checks"])
    assert a == {"cause": "yes", "steps": "partly", "safe": "no"}
    assert b == {"cause": "no", "steps": "no", "safe": "no"}


def test_what_is_missing_is_said_beside_it_and_nothing_moves(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "rubric")
    page.wait_for_timeout(TOO_SOON)
    press(page, "4")
    tops = page.evaluate(TOPS)
    press(page, "Enter")
    error = "“What does each answer do?” has no answer yet. Answer it, then submit."
    expect(page.locator("#error-checks")).to_have_text(error)
    assert page.evaluate(TOPS) == tops
    assert page.evaluate("document.activeElement.name") == "checks.0.cause"
    press(page, "1", "Enter")
    expect(page.locator("#error-checks")).to_contain_text(
        "There is no answer for A Gives steps that can be followed yet."
    )
    assert page.evaluate("document.querySelector('[name=main]:checked').value") == "tie"
    assert page.evaluate("document.activeElement.name") == "checks.0.steps"
    assert not Judgment.objects.exists()


def test_thumbs_of_one_response(as_ada: Page, ada: User, project: Project) -> None:
    ask(as_ada, ada, project, "thumbs", ANSWERS[:1])
    press(as_ada, "1", "Enter")
    judgment = judged(as_ada)
    assert (judgment.ratings, judgment.ranks, judgment.order) == ({"0": {"main": 1}}, None, [0])


def test_thumbs_of_several_on_a_phone(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    page.set_viewport_size(PHONE)
    ask(page, ada, project, "thumbs", ANSWERS[:3])
    for letter, nth in zip("ABC", (0, 1, 0), strict=True):
        choose(page, f"of {letter}", nth)
    judgment = submit(page)
    assert by_place(judgment, judgment.ratings) == [{"main": 1}, {"main": 0}, {"main": 1}]
    assert [judgment.ranks[slot] for slot in judgment.order] == [1, 3, 1]


def test_options_are_chosen_one_or_many(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "choice")
    press(page, "1", "2", "1", "3", "q", "4", "c")
    judgment = judged(page)
    assert judgment.answers["topic"] == "health"
    assert by_place(judgment, judgment.answers["tone"]) == [["friendly", "doubtful"], ["rude"]]
    assert "why_bad" not in judgment.answers


def test_a_question_comes_with_the_answer_that_it_depends_on(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "choice")
    expect(page.locator("#question-why_bad")).to_be_hidden()
    press(page, "x")
    expect(page.locator("#question-why_bad")).to_be_visible()
    page.locator("[name=why_bad][value=unsafe]").click()
    page.locator("[name=main][value=tie]").click()
    expect(page.locator("#question-why_bad")).to_be_hidden()
    assert page.evaluate("document.getElementById('question-why_bad').disabled")
    page.locator("[name=main][value=both_bad]").click()
    judgment = submit(page)
    assert (judgment.both_bad, judgment.answers["why_bad"]) == (True, "unsafe")


def test_without_a_script_every_row_is_native(as_ada: Page, ada: User, project: Project) -> None:
    ask(as_ada, ada, project, "rating")
    plain = as_ada.context.browser.new_context(java_script_enabled=False, storage_state=as_ada.context.storage_state())
    page = plain.new_page()
    page.goto(as_ada.url)
    for row in page.get_by_role("radiogroup").all():
        row.get_by_role("radio").nth(2).check(force=True)
    page.get_by_text("What the points mean").click()
    expect(page.get_by_text("Not to be followed").last).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/work")
    plain.close()
    assert {value for row in Judgment.objects.get().ratings.values() for value in row.values()} == {2}
