"""Nothing is lost: whatever the network, the server or the session do, each answer is one judgment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from annotate.models import Assignment, AssignmentState, Flag
from annotate.own import history
from annotate.queue.reservations import take_next
from annotate.review.deciding import decide
from annotate.work.actions import Answer, submit_judgment
from core.models import Comparison, Judgment, Project, Role, Status, User
from tests.factories import PASSWORD, ComparisonFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.browser
WORK = "/p/helpful/work"


@pytest.fixture
def work(as_ada: Page, project: Project) -> Callable[..., Page]:
    """Ada's work page with so many comparisons."""

    def opened(comparisons: int = 3, **more: Any) -> Page:
        ComparisonFactory.create_batch(comparisons, project=project, **more)
        as_ada.goto(WORK)
        return as_ada

    return opened


def done(page: Page, progress: str) -> None:
    expect(page.locator("#progress .figures")).to_have_text(progress)


def client(page: Page) -> str:
    return page.evaluate("document.getElementById('work').dataset.client ?? ''")


def chosen(page: Page) -> str:
    return page.evaluate("document.querySelector('[name=main]:checked')?.value ?? ''")


def held() -> Assignment:
    return Assignment.objects.get(state=AssignmentState.HELD)


def until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("It did not come to hold.")


def test_a_draft_survives_a_reload_and_comes_up_on_another_device(
    work: Callable[..., Page], context: BrowserContext, project: Project
) -> None:
    page = work()
    page.keyboard.press("2")
    page.keyboard.press("r")
    page.keyboard.type("Half a thought")
    expect(page.locator("#saved")).to_contain_text("saved")
    page.keyboard.type(", and the rest")
    page.reload()
    assert chosen(page) == "a2"
    expect(page.locator("[name=rationale]")).to_have_value("Half a thought, and the rest")
    until(page, lambda: held().draft["rationale"] == ["Half a thought, and the rest"])
    other = context.browser.new_context(base_url=page.url.split("/p/")[0], storage_state=context.storage_state())
    device = other.new_page()
    device.goto(WORK)
    assert chosen(device) == "a2"
    expect(device.locator("[name=rationale]")).to_have_value("Half a thought, and the rest")
    other.close()
    assert not Judgment.objects.exists()


def test_a_draft_that_never_reached_the_server_comes_back(work: Callable[..., Page]) -> None:
    page = work()
    page.route("**/draft", lambda route: route.abort())
    page.keyboard.press("3")
    page.wait_for_timeout(50)
    page.unroute("**/draft")
    page.reload()
    expect(page.locator("[value=a1]")).to_be_checked()
    until(page, lambda: (held().draft or {}).get("main") == ["a1"])


def test_the_next_comparison_is_already_there(work: Callable[..., Page]) -> None:
    page = work()
    with page.expect_response("**/work/ahead"):
        page.keyboard.press("1")
    page.wait_for_function("true")
    ahead = str(Assignment.objects.get(state=AssignmentState.AHEAD).client_id)
    stopped: list[Route] = []
    page.route(
        "**/work/*", lambda route: stopped.append(route) if route.request.method == "POST" else route.continue_()
    )
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.getElementById('work').dataset.client === '{ahead}'")
    assert chosen(page) == ""
    until(page, lambda: len(stopped) == 1)
    assert not Judgment.objects.exists()
    stopped[0].continue_()
    done(page, "1 of 3")
    assert client(page) == ahead
    assert str(Assignment.objects.get(state=AssignmentState.HELD).client_id) == ahead


def test_a_double_click_and_a_double_enter_are_one_judgment_each(work: Callable[..., Page]) -> None:
    page = work()
    page.get_by_label("A much better").click()
    page.get_by_role("button", name="Submit").dblclick()
    done(page, "1 of 3")
    page.wait_for_timeout(700)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    done(page, "2 of 3")
    assert Judgment.objects.count() == 2


def test_offline_the_answer_is_kept_and_sent_when_the_network_is_back(work: Callable[..., Page]) -> None:
    page = work()
    with page.expect_response("**/work/ahead"):
        page.keyboard.press("1")
    page.wait_for_timeout(100)
    first = client(page)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("You are offline. Your answers are kept on this device")
    page.wait_for_function(f"document.getElementById('work').dataset.client !== '{first}'")
    page.wait_for_timeout(700)
    page.keyboard.press("6")
    page.keyboard.press("Enter")
    assert not Judgment.objects.exists()
    page.context.set_offline(False)
    done(page, "2 of 3")
    expect(page.locator("#notice")).to_be_hidden()
    before, after = Judgment.objects.order_by("pk")
    assert (str(before.client_id), before.strength, after.strength) == (first, 3, 2)
    assert {before.status, after.status} == {Status.SUBMITTED}
    assert page.evaluate("Object.keys(localStorage).filter((key) => localStorage[key] !== '[]')") == []


def test_an_answer_that_waits_survives_a_crash(work: Callable[..., Page], context: BrowserContext) -> None:
    page = work()
    page.route("**/work/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("kept on this device")
    page.goto("about:blank")
    again = context.new_page()
    again.add_init_script("const now = Date.now; Date.now = () => now() + 60000")
    again.goto(WORK)
    done(again, "1 of 3")
    assert Judgment.objects.get().strength == 3


def test_a_failing_server_is_asked_again(work: Callable[..., Page]) -> None:
    page = work()
    failures = iter([500, 503])

    def fail(route: Route) -> None:
        status = next(failures, None) if route.request.method == "POST" and "draft" not in route.request.url else None
        if status:
            route.fulfill(status=status, body="")
        else:
            route.continue_()

    page.route("**/work/*", fail)
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("The server has trouble. Your answer is kept on this device")
    done(page, "1 of 3")
    expect(page.locator("#notice")).to_be_hidden()
    assert Judgment.objects.get().strength == 0


def test_a_refusal_that_comes_later_brings_the_comparison_back(work: Callable[..., Page], project: Project) -> None:
    page = work()
    with page.expect_response("**/work/ahead"):
        page.keyboard.press("5")
    page.wait_for_timeout(100)
    first = client(page)
    page.locator("[value=b1]").evaluate("radio => radio.value = 'c9'")
    page.keyboard.press("Enter")
    expect(page.locator("#error-main")).to_contain_text("This question has no such answer.")
    assert client(page) == first
    assert not Judgment.objects.exists()
    page.keyboard.press("6")
    page.wait_for_timeout(700)
    page.keyboard.press("Enter")
    done(page, "1 of 3")
    assert str(Judgment.objects.get().client_id) == first


def test_two_on_the_last_place_make_one_surplus_and_it_is_said(work: Callable[..., Page], project: Project) -> None:
    page = work(1)
    page.keyboard.press("1")
    until(page, Assignment.objects.exclude(draft=None).exists)  # which renews the reservation
    Assignment.objects.update(expires="2026-01-01T00:00Z")
    bruno = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    taken = take_next(bruno, project).assignment
    submit_judgment(taken.comparison, Answer(uuid4(), {"main": ["tie"]}), by=bruno)
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_contain_text("Kept beside the count: others had already answered")
    assert sorted(Judgment.objects.values_list("status", flat=True)) == [Status.SUBMITTED, Status.SURPLUS]


def test_an_expired_session_is_renewed_within_the_page(work: Callable[..., Page], ada: User) -> None:
    page = work()
    with page.expect_response("**/work/ahead"):
        page.keyboard.press("1")
    page.wait_for_timeout(100)
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You were logged out")).to_be_visible()
    assert page.locator("#again-email").input_value() == ada.email
    page.fill("#again-password", "wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#again-error")).to_contain_text("do not belong together")
    page.fill("#again-password", PASSWORD)
    page.keyboard.press("Enter")
    done(page, "1 of 3")
    assert Judgment.objects.get().strength == 3


def test_who_logs_in_instead_does_not_send_the_answers_of_another(
    work: Callable[..., Page], ada: User, project: Project
) -> None:
    page = work(votes_wanted=2)
    bruno = UserFactory(email="bruno@example.org")
    MembershipFactory(project=project, user=bruno, role=Role.ANNOTATOR)
    with page.expect_response("**/work/ahead"):
        page.keyboard.press("1")
    page.wait_for_timeout(100)
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    page.fill("#again-email", bruno.email)
    page.fill("#again-password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#again-error")).to_contain_text("is logged in here now, and this page is another person's")
    page.goto(WORK)
    done(page, "0 of 3")
    page.wait_for_timeout(300)
    assert not Judgment.objects.exists()
    page.context.clear_cookies()
    page.goto("/login")
    page.fill("#email", ada.email)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto(WORK)
    done(page, "1 of 3")
    assert Judgment.objects.get().person == ada


def test_undo_takes_the_last_answer_back(work: Callable[..., Page]) -> None:
    page = work()
    first = page.locator(".panes").inner_text()
    page.keyboard.press("1")
    page.keyboard.press("r")
    page.keyboard.type("Because.")
    page.keyboard.press("Control+Enter")
    done(page, "1 of 3")
    page.keyboard.press("z")
    done(page, "0 of 3")
    expect(page.locator("#saved")).to_contain_text("Taken back")
    assert page.locator(".panes").inner_text() == first
    assert chosen(page) == "a3"
    expect(page.locator("[name=rationale]")).to_have_value("Because.")
    page.keyboard.press("7")
    page.keyboard.press("Enter")
    done(page, "1 of 3")
    before, after = Judgment.objects.order_by("pk")
    assert (before.live, after.live, after.revises) == (False, True, before)
    assert after.strength == 3


def test_undo_of_an_answer_that_was_not_sent_yet(work: Callable[..., Page]) -> None:
    page = work(1)  # with a second one ahead, that would be shown at once
    page.keyboard.press("1")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("You are offline")
    until(page, lambda: page.locator("#answer-form[inert]").count() == 1)
    page.wait_for_timeout(100)
    page.keyboard.press("z")
    expect(page.locator("#saved")).to_contain_text("Taken back before it was sent")
    page.keyboard.press("7")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing for you now.")).to_be_visible()
    judgment = Judgment.objects.get()
    assert (judgment.strength, judgment.ranks[judgment.order[1]]) == (3, 1)


def test_a_flag_is_stored_at_once_and_the_answer_goes_on(work: Callable[..., Page], ada: User) -> None:
    page = work()
    page.keyboard.press("f")
    page.keyboard.press("2")
    expect(page.locator("#saved")).to_contain_text("Flagged")
    until(page, Flag.objects.exists)
    assert (Flag.objects.get().person, Flag.objects.get().reason) == (ada, "The prompt or a response is broken")
    page.keyboard.press("f")
    page.fill("#flag-words", "Both are about 2 things.")
    page.keyboard.press("Enter")
    until(page, lambda: Flag.objects.get().reason == "Both are about 2 things.")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    done(page, "1 of 3")


def test_an_own_answer_is_changed_and_a_decision_contested(
    work: Callable[..., Page], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = work(1)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    done(page, "1 of 1")
    page.get_by_role("link", name="Open my answers").click()
    page.locator(".own-answers a").first.click()
    assert chosen(page) == "a3"
    page.locator("[value=tie]").check(force=True)
    page.get_by_role("button", name="Change answer").click()
    expect(page.locator(".own-answers tbody tr")).to_have_count(2)
    assert Judgment.objects.get(live=True).strength == 0
    assert Judgment.objects.get(live=False).strength == 3

    monkeypatch.setattr(history, "UNDONE_WITHIN", timedelta(0))
    reviewer = MembershipFactory(project=project, role=Role.REVIEWER).user
    decide(Comparison.objects.get(), "b2", "", uuid4(), by=reviewer)
    page.reload()
    expect(page.get_by_text("was decided. Your answer says otherwise.")).to_be_visible()
    page.fill("#contest-reason", "They are the same text.")
    page.get_by_role("button", name="Contest decision").click()
    expect(page.locator(".own-answers").first).to_contain_text("Contested")
    assert Flag.objects.get().kind == "contest"
