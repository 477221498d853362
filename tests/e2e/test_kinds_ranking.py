"""Putting responses in order: by digit, by arrow, by tie, by drag, on a phone, without a script, and for the ear."""

import pytest
from playwright.sync_api import Page, expect

from core.models import Judgment, Project, User
from tests.asking import RANKING
from tests.e2e.asking import PHONE, ask, judged, press, ranks_by_text, submit

pytestmark = pytest.mark.browser
SMALL = """[...document.querySelectorAll(".card :is(button, select)")]
    .filter((each) => each.checkVisibility() && each.offsetHeight < 44).length"""
TEXTS = ("A1 the first text", "B2 the second text", "C3 the third text", "D4 the fourth text")


def order(page: Page) -> str:
    return page.evaluate("[...document.querySelectorAll('.card')].map((card) => card.dataset.letter).join('')")


def told(page: Page) -> str:
    return page.locator("[data-told=main]").inner_text()


def drag(page: Page, letter: str, to: tuple[float, float]) -> None:
    handle = page.get_by_role("button", name=f"Move {letter}")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, box["y"] + 15)
    page.mouse.move(*to, steps=4)
    page.mouse.up()


def middle(page: Page, letter: str, part: float = 0.5) -> tuple[float, float]:
    box = page.locator(f"#pane-{letter}").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * part


def test_nothing_is_ranked_before_somebody_acts(as_ada: Page, ada: User, project: Project) -> None:
    ask(as_ada, ada, project, "ranking", TEXTS)
    assert as_ada.locator("[data-ranked] .card").count() == 0
    as_ada.wait_for_timeout(700)
    as_ada.get_by_role("button", name="Submit").click()
    expect(as_ada.locator("#error-main")).to_have_text("Rank the responses first, then submit.")
    assert as_ada.evaluate("document.activeElement.id") == "pane-A"
    assert not Judgment.objects.exists()


def test_digits_rank_the_focused_card_and_go_on(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "ranking", TEXTS, order=None)
    press(page, "2")
    assert told(page) == "A is now 2nd of 4"
    press(page, "1", "2")
    assert told(page) == "C is now 2nd of 4, tied with A"
    press(page, "3")
    assert order(page) == "BACD"
    press(page, "Enter")
    judgment = judged(page)
    assert ranks_by_text(judgment) == {"A1": 2, "B2": 1, "C3": 2, "D4": 4}
    assert (judgment.partial, judgment.both_bad, judgment.touched) == (False, False, True)
    assert sorted(judgment.order) == [0, 1, 2, 3]


def test_arrows_move_a_card_and_t_ties_it(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "ranking", TEXTS)
    for letter in "ABC":
        page.get_by_role("button", name=f"Move {letter}").focus()
        press(page, "ArrowUp")
    assert order(page) == "ABCD"
    press(page, "ArrowUp")
    assert (order(page), told(page)) == ("ACBD", "C is now 2nd of 4")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move C"
    press(page, "t")
    assert told(page) == "C is now 1st of 4, tied with A"
    press(page, "t")
    assert told(page) == "C is now 2nd of 4"
    press(page, "t", "c")
    judgment = judged(page)
    assert ranks_by_text(judgment) == {"A1": 1, "B2": 3, "C3": 1, "D4": 4}
    assert judgment.partial


def test_cards_are_dragged(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    ask(page, ada, project, "ranking", TEXTS)
    zone = page.locator("[data-ranked]").bounding_box()
    drag(page, "C", (zone["x"] + 40, zone["y"] + 20))
    assert told(page) == "C is now 1st of 4"
    drag(page, "A", middle(page, "C", 0.1))
    assert told(page) == "A is now 1st of 4"
    drag(page, "D", middle(page, "C"))
    assert told(page) == "D is now 2nd of 4, tied with C"
    drag(page, "A", middle(page, "B", 0.9))
    assert told(page) == "A is not ranked"
    judgment = submit(page)
    assert ranks_by_text(judgment) == {"A1": 4, "B2": 4, "C3": 1, "D4": 1}
    assert judgment.partial


def test_all_can_be_bad(as_ada: Page, ada: User, project: Project) -> None:
    ask(as_ada, ada, project, "ranking", TEXTS)
    press(as_ada, "x", "c")
    judgment = judged(as_ada)
    assert (judgment.both_bad, judgment.ranks) == (True, [1, 1, 1, 1])


def test_the_recorded_order_is_the_one_that_was_seen(as_ada: Page, ada: User, project: Project) -> None:
    comparison = ask(as_ada, ada, project, "ranking", TEXTS, order=[2, 0, 3, 1])
    seen = as_ada.locator(".card .content").all_inner_texts()
    by_slot = [each.response.content for each in comparison.candidates.order_by("slot")]
    assert seen == [by_slot[slot] for slot in (2, 0, 3, 1)]
    press(as_ada, "1", "2", "3", "4", "c")
    judgment = judged(as_ada)
    assert judgment.order == [2, 0, 3, 1]
    assert judgment.ranks == [2, 4, 1, 3]


def test_roles_and_names_tell_what_is_what(as_ada: Page, ada: User, project: Project) -> None:
    ask(as_ada, ada, project, "ranking", TEXTS)
    press(as_ada, "1")
    assert as_ada.get_by_role("list", name="Ranked, the best first").get_by_role("listitem").count() == 1
    assert as_ada.get_by_role("list", name="Not ranked", exact=True).get_by_role("listitem", name="B").count() == 1
    expect(as_ada.get_by_role("combobox", name="Rank of A")).to_have_value("1")
    expect(as_ada.get_by_role("button", name="Tie B with the card above")).to_be_visible()
    expect(as_ada.get_by_role("button", name="Move D")).to_be_visible()


def test_eight_fit_a_phone(as_ada: Page, ada: User, project: Project) -> None:
    page = as_ada
    page.set_viewport_size(PHONE)
    ask(page, ada, project, "ranking", [f"{letter}{n} text " * 60 for n, letter in enumerate("ABCDEFGH")])
    for n, letter in enumerate("HGFEDCBA", start=1):
        page.get_by_role("combobox", name=f"Rank of {letter}").select_option(str(n))
    assert order(page) == "HGFEDCBA"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(SMALL) == 0
    assert ranks_by_text(submit(page))["H7"] == 1


def test_without_a_script_ranks_are_chosen(as_ada: Page, ada: User, project: Project) -> None:
    ask(as_ada, ada, project, [RANKING], TEXTS[:2])
    state = as_ada.context.storage_state()
    plain = as_ada.context.browser.new_context(java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(as_ada.url)
    page.get_by_role("combobox", name="Rank of B").select_option("1")
    page.get_by_role("combobox", name="Rank of A").select_option("2")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/work")
    plain.close()
    assert ranks_by_text(Judgment.objects.get()) == {"A1": 2, "B2": 1}


def test_a_reload_keeps_the_order_so_far(as_ada: Page, ada: User, project: Project) -> None:
    ask(as_ada, ada, project, "ranking", TEXTS)
    press(as_ada, "2", "1")
    expect(as_ada.locator("#saved time")).to_be_visible()
    as_ada.reload()
    assert order(as_ada) == "BACD"
    assert as_ada.locator("[data-ranked] .card").count() == 2
