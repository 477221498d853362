"""A file in a real browser: dropped, sent in parts, interrupted, gone on with, looked at and imported."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from core.models import Membership, Project, Prompt, Role, Run, Upload, User
from core.uploads.places import place_of
from core.uploads.receiving import PART_BYTES
from tests.e2e.test_runs import worker

pytestmark = pytest.mark.browser
PATIENCE = 120_000
LINES = 30_000
DROP = """([lines, padding, last]) => {
    const text = "y".repeat(padding);
    const parts = [];
    for (let n = 0; n < lines; n++) parts.push(`{"prompt": "Why ${n}?", "metadata": {"x": "${text}"}}\\n`);
    const transfer = new DataTransfer();
    transfer.items.add(new File([...parts, last], "answers.jsonl", {lastModified: 1700000000000}));
    const target = document.getElementById("sending");
    target.dispatchEvent(new DragEvent("dragover", {dataTransfer: transfer, bubbles: true, cancelable: true}));
    target.dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""
PADDING = 1000
LAST = "{\n"


@pytest.fixture
def as_owner(as_ada: Page, ada: User) -> Page:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    as_ada.set_default_timeout(PATIENCE)
    return as_ada


def content() -> bytes:
    lines = (f'{{"prompt": "Why {n}?", "metadata": {{"x": "{"y" * PADDING}"}}}}\n' for n in range(LINES))
    return ("".join(lines) + LAST).encode()


def drop(page: Page) -> None:
    page.evaluate(DROP, [LINES, PADDING, LAST])


def test_a_dropped_file_survives_a_lost_connection_and_a_reload(as_owner: Page, project: Project) -> None:
    page = as_owner
    broken_at = 3 * PART_BYTES

    def break_there(route: Route) -> None:
        if int(route.request.headers["x-offset"]) >= broken_at:
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.goto("/p/helpful/import")
    page.route(
        "**/import/*-*", lambda route: break_there(route) if route.request.method == "PUT" else route.continue_()
    )
    drop(page)
    expect(page.locator("#sending-error")).to_contain_text("The server cannot be reached.", timeout=PATIENCE)
    expect(page.locator(".sending-far")).to_contain_text("12.6 of 31.")
    upload = Upload.objects.get()
    assert upload.received == broken_at

    page.unroute_all()
    page.reload()
    expect(page.locator("table.sent")).to_contain_text("answers.jsonl")
    sent: list[int] = []
    page.on("request", lambda asked: sent.append(int(asked.headers["x-offset"])) if asked.method == "PUT" else None)
    drop(page)
    page.wait_for_url(f"**/import/{upload.public}")
    assert sent[0] == broken_at
    upload = Upload.objects.get()
    assert upload.is_whole
    assert sha256(place_of(upload.public).read_bytes()).digest() == sha256(content()).digest()

    expect(page.locator("#found")).to_contain_text("JSON lines: Preferee's own format.")
    expect(page.locator("#found")).to_contain_text("200 would go in")
    expect(page.locator("table.mapped tbody tr")).to_have_count(5)
    page.locator("#import").click()
    page.wait_for_url("**/runs/*-*")
    with worker():
        expect(page.locator("#standing .state")).to_have_text("Done", timeout=PATIENCE)
    assert Prompt.objects.filter(project=project).count() == LINES
    page.get_by_role("link", name="refused lines").click()
    expect(page.locator("table.refused")).to_contain_text("30,001")


def test_sending_can_be_stopped_and_gone_on_with(as_owner: Page, project: Project) -> None:
    page = as_owner
    held: list[Route] = []
    page.goto("/p/helpful/import")
    page.route(
        "**/import/*-*", lambda route: held.append(route) if route.request.method == "PUT" else route.continue_()
    )
    drop(page)
    expect(page.locator("#stop")).to_be_visible()
    expect(page.locator(".sending-far")).to_have_text("0.0 of 31.4 MB")
    page.locator("#stop").click()
    expect(page.locator("#sending-error")).to_contain_text("Stopped. What has arrived is kept")
    expect(page.locator("#send")).to_be_enabled()
    page.unroute_all()
    page.locator("#send").click()
    page.wait_for_url("**/import/*-*")
    assert Upload.objects.get().is_whole


def test_columns_are_said_and_what_comes_of_it_is_shown_without_a_reload(
    as_owner: Page, project: Project, tmp_path: Path
) -> None:
    page = as_owner
    table = tmp_path / "field answers.csv"
    table.write_text("q,ours,theirs\n" + "Why?,So.,Hm.\n" * 3)
    page.goto("/p/helpful/import")
    page.set_input_files("#file", table)
    page.locator("#send").click()
    page.wait_for_url("**/import/*-*")
    expect(page.locator("#draft-error")).to_contain_text("None of the lines looked at would go in.")
    page.evaluate("window.marked = true")
    for number, target in enumerate(("prompt", "chosen", "rejected")):
        page.locator(f"#column-{number}").select_option(target)
    expect(page.locator("#shown")).to_contain_text("mapped (a person): 1 better than 2")
    expect(page.locator("#draft-error")).to_have_text("")
    page.locator("#kind").select_option("ai")
    expect(page.locator("#shown")).to_contain_text("mapped (a model): 1 better than 2")
    assert page.evaluate("window.marked === true")
    page.locator("#import").click()
    page.wait_for_url("**/runs/*-*")
    assert Run.objects.get().settings["map"]["kind"] == "ai"


def test_without_javascript_a_file_is_sent_looked_at_and_imported(
    as_owner: Page, project: Project, live_server: Any, tmp_path: Path
) -> None:
    table = tmp_path / "answers.csv"
    table.write_text("q,a\nWhy?,So.\n")
    state = as_owner.context.storage_state()
    plain = as_owner.context.browser.new_context(
        java_script_enabled=False, storage_state=state, base_url=live_server.url
    )
    page = plain.new_page()
    page.goto("/p/helpful/import")
    page.set_input_files("#file", table)
    page.get_by_role("button", name="Send file").click()
    page.locator("#column-0").select_option("prompt")
    page.get_by_role("button", name="Show what comes of it").click()
    expect(page.locator("#found")).to_contain_text("1 would go in")
    page.get_by_role("button", name="Import 1 line").click()
    expect(page.locator("#standing")).to_be_visible()
    plain.close()
    assert Upload.objects.get().run == Run.objects.get()
