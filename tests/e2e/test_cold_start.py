"""A cold start without a shell: from no account at all to a downloaded dataset, all of it in the browser.

The product runs as it does for a user: `manage.py serve` with its own database, workers and clock.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.core.serving.served import Served, serving, surroundings

pytestmark = pytest.mark.browser
PATIENCE = 120_000
PASSWORD = "a cold start in november"
PROMPTS, MODELS = 200, ("ash", "birch", "cedar", "dogwood")
PAIRS = PROMPTS * 6
EACH = 5  # comparisons that each of the two annotators judges


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    home = Path(tempfile.mkdtemp(prefix="preferee-cold-"))
    home.chmod(0o711)  # where root runs the tests, the database is another account, which must pass through
    with serving(surroundings(home), tmp_path / "serve.log") as served:
        yield served
    shutil.rmtree(home)


@pytest.fixture
def lead(browser: Browser, served: Served) -> Iterator[Page]:
    yield from _somebody(browser, served)


@pytest.fixture
def anna(browser: Browser, served: Served) -> Iterator[Page]:
    yield from _somebody(browser, served)


@pytest.fixture
def ben(browser: Browser, served: Served) -> Iterator[Page]:
    yield from _somebody(browser, served)


def _somebody(browser: Browser, served: Served) -> Iterator[Page]:
    """A person at a machine of their own."""
    context: BrowserContext = browser.new_context(
        base_url=f"http://127.0.0.1:{served.port}", viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """200 prompts with a reference, each answered by four models, no two of them alike."""
    path = tmp_path / "answers.jsonl"
    lines = [
        {
            "prompt": f"What is {n} plus {n + 1}?",
            "reference": f"It is {2 * n + 1}, for {n} and {n + 1} make {2 * n + 1}.",
            "responses": [
                {"id": model, "model": model, "content": f"It is {2 * n + 1 + place}, says {model}."}
                for place, model in enumerate(MODELS)
            ],
        }
        for n in range(PROMPTS)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def rail(page: Page, name: str) -> None:
    page.locator(".wide").get_by_role("link", name=name, exact=True).click()


def sign_up(page: Page, link: str, name: str, button: str) -> None:
    page.goto(link)
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(f"{name.lower()}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name=button).click()


def counts(page: Page) -> dict[str, int]:
    """The eight counts along the loop, as the overview shows them."""
    rail(page, "Overview")
    expect(page.locator("dl.loop")).to_be_visible(timeout=PATIENCE)
    terms, figures = page.locator("dl.loop dt"), page.locator("dl.loop dd")
    return {
        term: int(figure.replace(",", ""))
        for term, figure in zip(terms.all_inner_texts(), figures.all_inner_texts(), strict=True)
    }


def until_done(page: Page) -> None:
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}$"))
    expect(page.locator("#standing .state")).to_have_text("Done", timeout=PATIENCE)


def start(page: Page, recipe: str) -> None:
    rail(page, "Runs")
    page.get_by_role("link", name="Start a run").click()
    page.get_by_role("link", name=recipe, exact=True).click()
    page.get_by_role("button", name="Start run").click()
    until_done(page)


def invitation(page: Page) -> str:
    rail(page, "Team")
    page.locator(".tabs").get_by_role("link", name="Invitations").click()
    page.get_by_label("Role").select_option("annotator")
    page.get_by_role("button", name="Create invitation").click()
    return page.locator("#link").input_value()


def judge(page: Page, value: str) -> None:
    """Some comparisons, each answered in the same way."""
    page.get_by_role("link", name="Judge the next comparison").click()
    for done in range(EACH):
        expect(page.locator(".bar-progress .figures")).to_contain_text(f"{done} of")
        page.locator(f"[name=main][value={value}]").check(force=True)
        page.get_by_role("button", name="Submit").click()
    expect(page.locator(".bar-progress .figures")).to_contain_text(f"{EACH} of")


def fetched(page: Page, link: Locator, folder: Path) -> Path:
    with page.expect_download() as download:
        link.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_week_of_collection_without_a_shell(
    lead: Page, anna: Page, ben: Page, served: Served, answers: Path, tmp_path: Path
) -> None:
    link = re.search(r"/welcome/\S+", served.said())
    assert link, served.said()
    sign_up(lead, link[0], "Lea", "Create account")

    lead.get_by_role("link", name="New project").first.click()
    lead.get_by_label("Name").fill("Sums of the week")
    lead.get_by_label("People a comparison").fill("2")
    lead.get_by_role("button", name="Create project").click()
    expect(lead.get_by_role("heading", name="Sums of the week")).to_be_visible()
    expect(lead.locator("main")).to_contain_text("No prompts yet. Import a file.")

    for page, name in ((anna, "Anna"), (ben, "Ben")):
        sign_up(page, invitation(lead), name, "Create account and join")
        expect(page.get_by_role("heading", name="Sums of the week")).to_be_visible()
        expect(page.locator("main")).to_contain_text("Nothing for you now.")

    rail(lead, "Import")
    lead.locator("#file").set_input_files(answers)
    lead.get_by_role("button", name="Send file").click()
    expect(lead.locator("#found")).to_contain_text(f"{PROMPTS} would go in, 0 would be refused")
    lead.locator("#import").click()
    until_done(lead)
    assert counts(lead) | {"Prompts": PROMPTS, "Responses": PROMPTS * len(MODELS)} == counts(lead)

    rail(lead, "Overview")
    lead.get_by_role("link", name="Make comparisons").click()
    lead.get_by_role("radio", name="One pair a model pair").check()
    create = lead.get_by_role("button", name=f"Create {PAIRS:,} comparisons")
    expect(create).to_be_visible()
    assert counts(lead)["Comparisons"] == 0  # a plan creates nothing
    lead.go_back()
    lead.get_by_role("radio", name="One pair a model pair").check()
    create.click()
    until_done(lead)

    start(lead, "reference")
    before = counts(lead)
    assert (before["Comparisons"], before["Judged by people"]) == (PAIRS, 0)
    assert before["Judged by models"] > 0

    for page, value in ((anna, "tie"), (ben, "a2")):
        page.goto("/p/sums-of-the-week/")
        judge(page, value)
    after = counts(lead)
    assert after["Judged by people"] == 2 * EACH
    assert after["Undecided"] == before["Undecided"] + EACH  # a tie against a win

    lead.goto("/p/sums-of-the-week/contested")
    contested = lead.locator("form.decide")
    contested.locator(".option", has_text="A somewhat").click()
    contested.get_by_label("Why").fill("The sum is right.")
    contested.get_by_role("button", name="Decide comparison").click()
    expect(lead.locator("main")).to_contain_text("Decided.")
    decided = counts(lead)
    assert decided["Undecided"] == after["Undecided"] - 1

    start(lead, "export")
    rail(lead, "Overview")
    links = lead.locator("#datasets .files a")
    expect(links.first).to_be_visible()
    manifest = json.loads(fetched(lead, links.filter(has_text="manifest.json"), tmp_path).read_text())
    assert sum(file["rows"] for file in manifest["files"] if file["name"].endswith(".jsonl")) > 0
    for file in manifest["files"]:
        path = fetched(lead, links.filter(has_text=file["name"]), tmp_path)
        assert sha256(path.read_bytes()).hexdigest() == file["sha256"], file["name"]
