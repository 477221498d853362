"""A run from the web: start it, watch it to its end without reloading, see what failed, retry it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from core.models import DatasetVersion, Membership, Project, Prompt, Role, Run, User
from core.runs import steps
from core.runs.actions import run_here
from core.runs.steps import Done, Failed
from tests.core.runs.scripted import Scripted
from tests.factories import PromptFactory, ResponseFactory

pytestmark = pytest.mark.browser
PATIENCE = 120_000


@pytest.fixture
def as_owner(as_ada: Page, ada: User) -> Page:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    return as_ada


@contextmanager
def worker() -> Iterator[None]:
    """Somebody works on the newest run, beside the page that watches it."""

    def work() -> None:
        try:
            run_here(Run.objects.latest("pk"))
        finally:
            connection.close()

    thread = Thread(target=work)
    thread.start()
    yield
    thread.join(PATIENCE / 1000)
    assert not thread.is_alive()


def state(page: Page, text: str) -> None:
    expect(page.locator("#standing .state")).to_have_text(text, timeout=PATIENCE)


@pytest.fixture
def unloaded(as_owner: Page) -> Callable[[], bool]:
    """Marks the page that is open; whether it is still the same document."""

    def same() -> bool:
        return bool(as_owner.evaluate("window.marked === true"))

    return same


def mark(page: Page) -> None:
    page.evaluate("window.marked = true")


def test_the_main_recipe_from_the_web_to_its_end(
    as_owner: Page, project: Project, unloaded: Callable[[], bool]
) -> None:
    page = as_owner
    page.goto("/p/helpful/")
    page.locator(".wide").get_by_role("link", name="Runs").click()
    expect(page.locator(".empty")).to_contain_text("No runs yet.")
    page.get_by_role("link", name="Start a run").click()
    page.get_by_role("link", name="main", exact=True).click()
    page.get_by_role("button", name="Plan run").click()
    expect(page.locator("#plan")).to_contain_text("comparisons to judge")
    assert not Run.objects.exists()
    page.get_by_role("button", name="Start run").click()
    page.wait_for_url("**/runs/*-*")
    state(page, "Running")
    expect(page.get_by_role("button", name="Pause run")).to_be_visible()
    mark(page)
    with worker():
        state(page, "Done")
    assert unloaded()
    assert page.locator("#stages .is-done").count() == 6
    expect(page.get_by_role("button", name="Run again")).to_be_visible()
    expect(page.get_by_role("button", name="Pause run")).to_have_count(0)
    expect(page.locator("#throughput svg").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[hx-trigger^=every]")).to_have_count(0, timeout=PATIENCE)
    assert DatasetVersion.objects.filter(dataset__project=project).count() == 2


def test_what_fails_is_listed_and_can_be_retried(
    as_owner: Page, project: Project, unloaded: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Scripted()
    monkeypatch.setitem(steps._steps, "scripted", step)
    for prompt in PromptFactory.create_batch(3, project=project):
        ResponseFactory(prompt=prompt)
    poisoned = Prompt.objects.order_by("pk")[1].pk
    step.act = lambda one: Failed(one, ValueError("<b>Poison</b>")) if one == poisoned else Done(one, one)
    page = as_owner
    page.goto("/p/helpful/runs/start/scripted")
    page.get_by_role("button", name="Start run").click()
    page.wait_for_url("**/runs/*-*")
    expect(page.locator("#failures")).to_be_hidden()
    mark(page)
    with worker():
        state(page, "Failed")
    failures = page.locator("#failures")
    expect(failures).to_contain_text("ValueError: <b>Poison</b>")
    expect(page.locator("#stages")).to_contain_text("2 of 3")
    assert unloaded()
    failures.get_by_role("link", name="Show every failed input").click()
    expect(page.get_by_role("cell", name=str(poisoned), exact=True)).to_be_visible()
    page.go_back()

    step.act = lambda one: None
    page.get_by_role("button", name="Retry failed").click()
    state(page, "Running")
    mark(page)
    with worker():
        state(page, "Done")
    expect(page.locator("#failures")).to_be_hidden()
    expect(page.locator("#stages")).to_contain_text("3 of 3")
    assert unloaded()


def test_the_form_says_what_does_not_fit_and_keeps_what_was_typed(as_owner: Page) -> None:
    page = as_owner
    page.goto("/p/helpful/runs/start/compare")
    page.get_by_label("Pairs").fill("0")
    page.get_by_label("Seed").fill("7")
    votes, place = page.locator("[name='compare.votes']"), "field => field.getBoundingClientRect().y + scrollY"
    before = votes.evaluate(place)
    page.get_by_role("button", name="Start run").click()
    expect(page.locator("[id='compare.pairs-about']")).to_have_text("Write 1 or more.")
    expect(page.get_by_label("Seed")).to_have_value("7")
    assert votes.evaluate(place) == before
    assert not Run.objects.exists()


def test_without_javascript_a_run_can_be_started_and_controlled(as_owner: Page, live_server: Any) -> None:
    state_of_browser = as_owner.context.storage_state()
    plain = as_owner.context.browser.new_context(
        java_script_enabled=False, storage_state=state_of_browser, base_url=live_server.url
    )
    page = plain.new_page()
    page.goto("/p/helpful/runs/start/main")
    page.get_by_role("button", name="Start run").click()
    page.get_by_role("button", name="Pause run").click()
    state(page, "Paused")
    page.get_by_role("button", name="Resume run").click()
    state(page, "Running")
    page.locator("summary", has_text="Cancel run").click()
    page.get_by_role("button", name="Cancel this run").click()
    state(page, "Cancelled")
    plain.close()
    assert Run.objects.get().state == "cancelled"
