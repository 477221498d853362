"""From an endpoint to labels, in the browser: staff set a server up, a manager makes a judge, gold, a card and a run.

The product runs as it does for a user; only the model is a server that speaks the protocol and answers by a rule.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.core.serving.served import Served, serving, surroundings
from tests.synth.openai_server import Server
from tests.synth.openai_server import serving as answering
from tests.template import fill

pytestmark = pytest.mark.browser
PATIENCE = 120_000
PASSWORD = "a judge that reads november"
PROMPTS, KNOWN = 60, 24
RESPONSE = re.compile(r"<<<[0-9a-f]{16} response [AB]\n(.*?)\n[0-9a-f]{16}>>>", re.DOTALL)


def honest(body: dict[str, Any]) -> str:
    """The right response wins wherever it stands; asked for an answer, it gives one."""
    said = RESPONSE.findall("\n".join(each["content"] for each in body["messages"]))
    if len(said) != 2:
        return "It is the sum."
    first, second = ("right" in text for text in said)
    return "[[TIE]]" if first == second else "[[A]]" if first else "[[B]]"


@pytest.fixture
def model() -> Iterator[Server]:
    with answering(Server(answer=honest, remembers=False)) as server:
        yield server


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    home = Path(tempfile.mkdtemp(prefix="preferee-judge-"))
    home.chmod(0o711)  # where root runs the tests, the database is another account, which must pass through
    fill(home)
    with serving(surroundings(home), tmp_path / "serve.log") as served:
        yield served
    shutil.rmtree(home)


@pytest.fixture
def lead(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(base_url=f"http://127.0.0.1:{served.port}", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Two responses a prompt, the wrong one longer; of the first prompts it is known which is right."""
    path = tmp_path / "answers.jsonl"
    lines = []
    for n in range(PROMPTS):
        line: dict[str, Any] = {
            "prompt": f"What is {n} plus {n + 1}?",
            "responses": [
                {"id": "one", "model": "ash", "content": f"It is {2 * n + 1}, which is right."},
                {
                    "id": "two",
                    "model": "birch",
                    "content": f"It is {2 * n}, as one can see without any further thought.",
                },
            ],
        }
        if n < KNOWN:
            line["judgments"] = [{"judge": "answers", "kind": "gold", "responses": ["one", "two"], "preference": 1}]
        else:
            line["comparisons"] = [["one", "two"]]
        lines.append(json.dumps(line) + "\n")
    path.write_text("".join(lines))
    return path


def rail(page: Page, name: str) -> None:
    page.locator(".wide").get_by_role("link", name=name, exact=True).click()


def until_done(page: Page) -> None:
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}$"))
    expect(page.locator("#standing .state")).to_have_text(re.compile("Done|Failed"), timeout=PATIENCE)
    assert "Done" in page.locator("#standing .state").inner_text(), page.locator("main").inner_text()


def test_a_model_is_set_up_measured_and_judges(lead: Page, served: Served, model: Server, answers: Path) -> None:
    link = re.search(r"/welcome/\S+", served.said())
    assert link, served.said()
    lead.goto(link[0])
    lead.get_by_label("Name").fill("Lea")
    lead.get_by_label("E-mail").fill("lea@example.org")
    lead.get_by_label("Password", exact=True).fill(PASSWORD)
    lead.get_by_role("button", name="Create account").click()

    lead.get_by_role("link", name="New project").first.click()
    lead.get_by_label("Name").fill("Sums by models")
    lead.get_by_role("button", name="Create project").click()
    rail(lead, "Import")
    lead.locator("#file").set_input_files(answers)
    lead.get_by_role("button", name="Send file").click()
    lead.locator("#import").click()
    until_done(lead)

    rail(lead, "Projects")
    rail(lead, "Endpoints")
    lead.get_by_role("link", name="New endpoint").first.click()
    lead.locator("#id_name").fill("reader")
    lead.locator("#id_address").fill(model.url)
    lead.locator("#id_family").fill("oak")
    lead.locator("#id_external").uncheck()
    lead.locator("main form button.primary").click()
    lead.get_by_role("button", name="Test endpoint").click()
    expect(lead.locator("#tested")).to_contain_text("Reached", timeout=PATIENCE)

    lead.goto("/p/sums-by-models/")
    rail(lead, "Judges")
    lead.get_by_role("link", name="New judge").first.click()
    lead.get_by_label("Name", exact=True).fill("careful")
    lead.get_by_role("button", name="Make judge").click()
    expect(lead.get_by_role("heading", name="careful, version 1")).to_be_visible(timeout=PATIENCE)

    rail(lead, "Gold")
    lead.locator("#name").fill("sums")
    lead.locator(".gold-new button").click()
    lead.get_by_role("button", name="Add items").click()
    expect(lead.locator("main")).to_contain_text(f"{KNOWN} of {KNOWN} items are answered", timeout=PATIENCE)
    lead.get_by_role("button", name="Close version").click()

    rail(lead, "Judges")
    lead.get_by_role("link", name="careful", exact=True).click()
    lead.get_by_role("button", name="Make card").click()
    until_done(lead)
    rail(lead, "Judges")
    lead.get_by_role("link", name="careful", exact=True).click()
    expect(lead.locator(".card-first")).to_contain_text("Accuracy 1.00", timeout=PATIENCE)
    expect(lead.locator(".card-first")).to_contain_text(f"n {KNOWN}")
    expect(lead.locator(".card-first")).to_contain_text("“longest” 0.00")

    before = model.requests
    lead.goto("/p/sums-by-models/judges")
    lead.get_by_role("link", name="Judge comparisons").first.click()
    lead.get_by_role("button", name="Start run").click()
    until_done(lead)
    # What its card asked about the gold items is known: only the others are asked, in both orders.
    assert model.requests - before == 2 * (PROMPTS - KNOWN)
    rail(lead, "Overview")
    expect(lead.locator("dl.loop")).to_contain_text(re.compile(rf"Judged by models\s*{2 * PROMPTS}"), timeout=PATIENCE)

    rail(lead, "Runs")
    lead.get_by_role("link", name="Start a run").click()
    lead.get_by_role("link", name="generate", exact=True).click()
    lead.locator('[name="generate.endpoints"]').fill('["reader"]')
    lead.locator('[name="generate.samples"]').fill("1")
    lead.get_by_role("button", name="Start run").click()
    until_done(lead)
    rail(lead, "Overview")
    expect(lead.locator("dl.loop")).to_contain_text(re.compile(rf"Responses\s*{3 * PROMPTS}"), timeout=PATIENCE)
