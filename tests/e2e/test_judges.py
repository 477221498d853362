"""Judges and their prompts in a real browser: what follows what is chosen and typed, and nothing scrolls sideways."""

import pytest
from playwright.sync_api import Page, expect

from core.models import Judge, Membership, Project, Role, User
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from synth.judges.prompt_files import given_prompts
from synth.judges.rubrics import save_rubric
from synth.judges.templates import save_prompt
from tests.e2e.settling import settle
from tests.factories import ComparisonFactory, JudgeFactory, PromptFactory
from tests.synth.scripted import EndpointFactory, script

pytestmark = pytest.mark.browser
LONG = "w" * 200
ARABIC = "مرحبا بك في هذا النص العربي الطويل"
CODE = "```python\n" + "\n".join(f"value_{n} = 'a rather long line of code' * {n}" for n in range(40)) + "\n```"
HERE = "/p/helpful/judges"
EDIT = f"{HERE}/prompts/edit"


@pytest.fixture
def as_manager(as_ada: Page, ada: User, project: Project) -> Page:
    Membership.objects.filter(user=ada).update(role=Role.MANAGER)
    EndpointFactory(name="judge-70b", model=LONG, family=LONG[:100])
    for number, text in enumerate((CODE, ARABIC, LONG)):
        ComparisonFactory(project=project, prompt=PromptFactory(project=project, text=f"{number} {text}"))
    return as_ada


def test_settings_follow_the_method(as_manager: Page) -> None:
    page = as_manager
    page.goto(f"{HERE}/new")
    expect(page.get_by_label("Verdict")).to_be_visible()
    expect(page.get_by_label("Tie band")).to_be_hidden()
    page.get_by_label("Seed").fill("7")
    page.get_by_label("Method").select_option("pointwise")
    expect(page.get_by_label("Verdict")).to_be_hidden()
    expect(page.get_by_label("Tie band")).to_be_visible()
    expect(page.get_by_label("Seed")).to_have_value("7")


def test_the_preview_follows_what_is_typed_and_a_try_shows_what_was_said(
    as_manager: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, lambda request: "Because.\n\n[[A]]")
    page = as_manager
    page.goto(EDIT)
    preview, tried = page.locator("#preview"), page.locator("#tried")
    expect(preview).to_contain_text("value_39")
    page.get_by_label("System message").fill("Be very strict, {{7*7}}.")
    expect(preview).to_contain_text("Be very strict, {{7*7}}.")
    page.get_by_role("button", name="Next comparison").click()
    expect(preview).to_contain_text(ARABIC)
    page.get_by_label("User message").fill("$prompt and $nothing")
    expect(preview).to_contain_text("$nothing means nothing in a pairwise prompt.")
    page.get_by_role("button", name="Try on 5").click()
    expect(tried).to_contain_text("$nothing means nothing")
    page.get_by_label("User message").fill("$prompt $response_a $response_b $reply")
    page.get_by_role("button", name="Try on 5").click()
    expect(tried.locator(".piece")).to_have_count(2)
    expect(tried).to_contain_text("Its orders contradict each other")


@pytest.mark.parametrize(("width", "height"), [(360, 640), (820, 1180), (1440, 900)])
def test_no_page_scrolls_sideways(as_manager: Page, ada: User, project: Project, width: int, height: int) -> None:
    judge = create_judge(project, LONG[:100], JudgeConfiguration.model_validate({"endpoint": "judge-70b"}), by=ada)
    Judge.objects.update(barred=judge.created, barred_because=f"{LONG} {ARABIC}")
    JudgeFactory(project=project, name=LONG, version=LONG)
    system, text = given_prompts()["pairwise"].parts
    save_prompt(project, LONG[:60], "pairwise", system + LONG, text + CODE, by=ada)
    save_prompt(project, LONG[:60], "pairwise", system, text + ARABIC, by=ada)
    save_rubric(project, LONG[:100], [{"name": LONG[:60], "description": LONG, "anchors": {1: ARABIC}}], by=ada)
    type(ada).objects.filter(pk=ada.pk).update(is_staff=True)
    page = as_manager
    page.set_viewport_size({"width": width, "height": height})
    prompts = [f"{HERE}/prompts", EDIT, f"{EDIT}?named={LONG[:60]}%402"]
    rubrics = [f"/p/helpful/rubrics{end}" for end in ("", "/edit", f"/edit?named={LONG[:100]}%401")]
    judges = [HERE, f"{HERE}/new", f"{HERE}/{judge.public}/edit"]
    for address in (*judges, *prompts, *rubrics, "/endpoints", "/endpoints/new"):
        page.goto(address)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
