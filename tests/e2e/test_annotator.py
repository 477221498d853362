"""The annotator's path, by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from core.models import Comparison, Judgment, Project, User
from tests.factories import PASSWORD, ComparisonFactory

pytestmark = pytest.mark.browser
TOO_SOON = 700


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent || document.activeElement.id").strip()


def tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if focused(page) == name:
            return
    raise AssertionError(f"Tab does not reach “{name}”.")


def log_in_and_open(page: Page, user: User) -> None:
    page.goto("/login")
    page.keyboard.type(user.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    tab_to(page, "Helpful")
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/helpful/")
    tab_to(page, "Judge the next comparison")
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/helpful/work")


def done(page: Page, progress: str) -> None:
    expect(page.locator(".bar-progress .figures")).to_have_text(progress)


def chosen(page: Page) -> str:
    return page.evaluate("document.querySelector('[name=main]:checked')?.value ?? ''")


def test_the_whole_path(page: Page, ada: User, project: Project) -> None:
    ComparisonFactory.create_batch(4, project=project)
    log_in_and_open(page, ada)
    done(page, "0 of 4")

    page.wait_for_timeout(TOO_SOON)
    page.keyboard.press("Enter")
    expect(page.locator("#error-main")).to_have_text("Choose an answer first, then submit.")
    assert not Judgment.objects.exists()

    page.keyboard.press("7")
    assert chosen(page) == "b3"
    expect(page.locator("#error-main")).to_have_text("")
    page.keyboard.press("Enter")
    done(page, "1 of 4")
    expect(page.locator(".saved")).to_contain_text("Saved")

    page.keyboard.press("4")
    page.keyboard.press("r")
    page.keyboard.type("Both say 0, 1 and X.\nAnd Enter stays here.")
    page.keyboard.press("Control+Enter")
    done(page, "2 of 4")

    page.keyboard.press("x")
    page.keyboard.press("c")
    done(page, "3 of 4")

    page.keyboard.press("3")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing for you now.")).to_be_visible()
    done(page, "4 of 4")

    strong, tie, bad, slight = Judgment.objects.order_by("pk")
    assert strong.ranks == [2, 1] if strong.order == [0, 1] else [1, 2]
    assert slight.ranks == [1, 2] if slight.order == [0, 1] else [2, 1]
    assert [judgment.strength for judgment in (strong, tie, bad, slight)] == [3, 0, 0, 1]
    assert (tie.ranks, tie.both_bad, tie.rationale) == ([1, 1], False, "Both say 0, 1 and X.\nAnd Enter stays here.")
    assert (bad.ranks, bad.both_bad) == ([1, 1], True)
    assert len({judgment.client_id for judgment in (strong, tie, bad, slight)} - {None}) == 4
    for judgment in (strong, tie, bad, slight):
        assert sorted(judgment.order) == [0, 1]
        assert judgment.touched
        assert judgment.person == ada
        assert judgment.round == project.current_round
        assert 0 < judgment.active_ms <= judgment.wall_ms


def test_the_keys_find_their_controls(as_ada: Page, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project)
    page = as_ada
    page.goto("/p/helpful/work")

    page.keyboard.press("q")
    assert page.evaluate("document.activeElement.id") == "pane-A"
    page.keyboard.press("q")
    assert page.evaluate("document.activeElement.id") == "pane-B"
    page.keyboard.press("Shift+Q")
    assert page.evaluate("document.activeElement.id") == "pane-A"

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("2")
    assert chosen(page) == ""
    page.keyboard.press("Escape")

    page.keyboard.press("g")
    expect(page.locator("#guidelines")).to_contain_text("Prefer the answer that is correct.")
    page.keyboard.press("Escape")

    page.keyboard.press("2")
    page.keyboard.press("r")
    page.keyboard.type("7")
    page.keyboard.press("Escape")
    assert chosen(page) == "a2"
    assert page.evaluate("document.activeElement.value") == "a2"
    page.keyboard.press("ArrowRight")
    assert chosen(page) == "a1"

    for modifier in ("Control", "Alt", "Meta"):
        page.keyboard.press(f"{modifier}+6")
        assert chosen(page) == "a1"

    page.keyboard.press("s")
    page.keyboard.press("3")
    expect(page.locator(".saved")).to_contain_text("Skipped")
    assert Judgment.objects.get().answers == {"skip": "language"}
    assert Judgment.objects.get().ranks is None


def test_single_keys_can_be_switched_off(as_ada: Page, project: Project) -> None:
    ComparisonFactory(project=project)
    page = as_ada
    page.goto("/p/helpful/work")
    page.keyboard.press("?")
    page.locator("#keys-on").focus()
    page.keyboard.press("Space")
    page.reload()
    page.keyboard.press("2")
    page.keyboard.press("?")
    assert chosen(page) == ""
    expect(page.locator("#keys")).to_be_hidden()


def test_a_double_click_is_one_judgment(as_ada: Page, project: Project) -> None:
    ComparisonFactory.create_batch(3, project=project)
    page = as_ada
    page.goto("/p/helpful/work")
    page.get_by_label("A much better").click()
    page.get_by_role("button", name="Submit").dblclick()
    done(page, "1 of 3")
    page.wait_for_timeout(TOO_SOON)
    done(page, "1 of 3")
    expect(page.locator("#error-main")).to_have_text("")
    assert Judgment.objects.count() == 1


def test_a_resent_answer_is_one_judgment(as_ada: Page, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project)
    page = as_ada
    page.goto("/p/helpful/work")
    page.evaluate("""() => {
        const form = document.getElementById("answer-form");
        form.querySelector("[value=tie]").checked = true;
        const send = () => fetch(form.action, {method: "POST", body: new FormData(form)});
        return Promise.all([send(), send(), send()]);
    }""")
    assert Judgment.objects.count() == 1


def test_a_refusal_of_the_server_is_told_in_its_words(as_ada: Page, ada: User, project: Project) -> None:
    ComparisonFactory(project=project)
    page = as_ada
    page.goto("/p/helpful/work")
    page.keyboard.press("1")
    ada.memberships.update(role="viewer")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("Your role in Helpful does not include this.")
    assert chosen(page) == "a3"


def test_without_javascript_a_comparison_can_be_judged(as_ada: Page, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project)
    state = as_ada.context.storage_state()
    plain = as_ada.context.browser.new_context(java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(as_ada.url + "p/helpful/work")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#error-main")).to_have_text("Choose an answer first, then submit.")
    page.locator("[value=tie]").check(force=True)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".bar-progress .figures")).to_have_text("1 of 2")
    page.locator("summary", has_text="Skip").click()
    page.get_by_role("button", name="The text is broken").click()
    expect(page.get_by_role("heading", name="Nothing for you now.")).to_be_visible()
    plain.close()
    assert Comparison.objects.filter(judgments__isnull=False).count() == 2
