"""What only a real browser knows: nothing moves unasked, nothing scrolls sideways, nothing outside is asked for."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from core import audit
from core.models import Comparison, Membership, Project, Removal, Role, Score, Upload, User
from core.uploads.reports import rejects_file
from synth.models import Trace
from tests.core.views.markup import PAYLOADS
from tests.e2e.settling import settle
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    FailureFactory,
    GroupFactory,
    PromptFactory,
    RecipeFactory,
    RunFactory,
    ScheduleFactory,
    StageFactory,
    TagRuleFactory,
    UploadFactory,
    arrived_upload,
)

pytestmark = pytest.mark.browser
LONG = "w" * 200
CODE = (
    "```python\n"
    + "\n".join(f"value_{n} = 'a rather long line of code that goes on' * {n}" for n in range(40))
    + "\n```"
)
ARABIC = "مرحبا بك في هذا النص العربي الطويل.\n\n- أولاً\n- ثانيًا\n\n`code` داخل النص"
TABLE = "| a | b | c |\n|---|---|---|\n" + f"| {'cell ' * 20}| {LONG} | c |"
CONTROLS = "button:visible:not([aria-hidden]), summary:visible, label.option:visible, a.button:visible"
TEXTS = [LONG, CODE, ARABIC, TABLE, "Short.", "", "long text " * 900]
SIZES = {"phone": (360, 640), "tablet": (820, 1180), "desk": (1440, 900)}
TABLES = ("/p/helpful/prompts", "/p/helpful/comparisons", f"/p/helpful/comparisons?q={LONG}&tag={LONG}")
SHIFTS = """new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => resolve(sum), 300);
})"""


@pytest.fixture
def full(project: Project, ada: User) -> Project:
    return fill(project, ada)


def fill(project: Project, ada: User) -> Project:
    """With a long word, Arabic, code and a table wherever a project has words."""
    Project.objects.filter(pk=project.pk).update(name=f"A name {LONG}"[:200])
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    for n, text in enumerate(TEXTS[:-1]):
        prompt = PromptFactory(
            project=project,
            messages=[{"role": "user", "content": text}, {"role": "assistant", "content": f"{text} {n}"}],
            system=text,
            contexts=[{"title": LONG, "text": text}],
            tags=[LONG[:100]],
        )
        ComparisonFactory(project=project, prompt=prompt, texts=[text, TEXTS[n + 1]])
    manifest = {"files": [{"name": f"{LONG}.jsonl", "bytes": 1, "sha256": "", "rows": 1}]}
    DatasetVersionFactory(dataset=DatasetFactory(project=project, name=LONG[:100]), manifest=manifest)
    add_run(project, ada)
    for text in (LONG, ARABIC):
        group = GroupFactory(project=project, name=text[:60], description=text[:200], members=[ada])
        TagRuleFactory(project=project, group=group, tag=text[:100])
    add_uploads(project, ada)
    audit.record(f"look.{LONG[:50]}", project=project, actor=ada, target=LONG, **{LONG: ARABIC})
    named = {"id": 1, "version": LONG, "files": [LONG, ARABIC], "downloads": 3, "name": LONG}
    report = {"counts": {LONG: 3}, "versions": [named], "unknown": [named], "uploads": [named]}
    Removal.objects.create(
        project=project, subject="prompt", mode="erase", targets=[1], reason=LONG, report=report, created_by=ada
    )
    cache.clear()
    return project


def add_uploads(project: Project, ada: User) -> None:
    """One that has begun, one whose columns are to be named, one of Preferee's own lines."""
    row = {LONG: LONG, "text": CODE, "other": ARABIC}
    line = {"prompt": CODE, "responses": [{"id": LONG, "content": text, "model": LONG} for text in (LONG, ARABIC)]}
    name = f"{LONG}.jsonl"
    UploadFactory(project=project, name=name, created_by=ada, received=500)
    for each in (row, line):
        arrived_upload(f"{json.dumps(each)}\n{LONG}\n".encode(), project=project, name=name, created_by=ada)


def add_refusals(project: Project) -> Upload:
    run = RunFactory(project=project, recipe=RecipeFactory(project=project), state="done")
    upload = UploadFactory(project=project, run=run, name=LONG, report={"lines": 1204, "refused": 1204, "added": {}})
    path = rejects_file(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"line": 120_000, "reason": f"{LONG} {ARABIC}", "raw": CODE}) + "\n")
    return upload


def add_run(project: Project, ada: User) -> None:
    """With a long word, Arabic and code wherever a run has words."""
    source = f"recipe: {LONG[:60]}\nsummary: {LONG}\nstages:\n  - uses: export\n    name: {LONG[:60]}\n"
    recipe = RecipeFactory(project=project, name=LONG[:60], source=source)
    schedule = ScheduleFactory(project=project, name=LONG[:80])
    run = RunFactory(
        project=project, recipe=recipe, schedule=schedule, state="failed", error=LONG, settings={LONG: LONG}
    )
    stage = StageFactory(run=run, name=LONG[:60], state="failed", total=9, failed=3, note=ARABIC, error=CODE)
    for error in (LONG, ARABIC, CODE):
        FailureFactory(stage=stage, error=error)
    RunFactory(project=project, recipe=recipe, created_by=ada, state="paused", max_cost=0.0001)


def add_ratios(project: Project) -> list[str]:
    """The pages that show a density ratio over each kind of text."""
    addresses = []
    parts = {"sum_strong": -9.5, "n_strong": 9, "sum_weak": -9.25, "n_weak": 8, "chars": 40, "domain": "chat"}
    for response in project.responses.exclude(content="")[:4]:
        score = Score.objects.create(response=response, scorer=f"{LONG[:60]}@1", value=-0.25, parts=parts)
        middle, length = (len(response.content) + 1) // 2, len(response.content)
        Trace.objects.create(score=score, ends=[middle, length, length + 1], ratios=[0.5, -0.5, -0.25])
        addresses.append(f"/responses/{response.public}/ratio")
    return addresses


def prompt_address(comparison: Comparison) -> str:
    """The prompt's page with this comparison opened."""
    return f"/prompts/{comparison.prompt.public}?open={comparison.public}"


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("size", SIZES)
def test_no_page_scrolls_sideways(as_ada: Page, full: Project, size: str) -> None:
    page = as_ada
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    settings = [f"/p/helpful/settings{end}" for end in ("", "/questions", "/reading", "/guidelines", "/danger")]
    pages = (
        "/",
        "/new",
        "/p/helpful/",
        "/p/helpful/guidelines",
        "/p/helpful/agreement",
        "/p/nowhere/",
        *settings,
        *TABLES,
    )
    for address in pages:
        page.goto(address)
        settle(page)
        assert sideways(page) <= 0, address
    runs = "/p/helpful/runs"
    ends = ("", "/steps", "/start", f"/start/{LONG[:60]}", *(f"/{run.public}" for run in full.runs.all()))
    for end in (*ends, f"/{full.runs.earliest('pk').public}/failures"):
        page.goto(runs + end)
        settle(page)
        assert sideways(page) <= 0, end
    for address in add_ratios(full):
        page.goto(f"/p/helpful{address}")
        assert sideways(page) <= 0, address
    for address in ("/comparisons/new", "/contested", *(prompt_address(each) for each in full.comparisons.all())):
        page.goto(f"/p/helpful{address}")
        assert sideways(page) <= 0, address
    team = "/p/helpful/team"
    person = f"/people/{full.memberships.get().user.public}"
    groups = [f"/groups/{group.public}" for group in full.groups.all()]
    for end in ("", person, f"{person}/remove", "/quotas", "/groups", "/groups/new", *groups, f"{groups[0]}/delete"):
        page.goto(team + end)
        settle(page)
        assert sideways(page) <= 0, end
    for end in ("", *(f"/{upload.public}" for upload in full.uploads.all()), f"/{add_refusals(full).public}/refusals"):
        page.goto(f"/p/helpful/import{end}")
        settle(page)
        assert sideways(page) <= 0, end
    removal = full.removals.get()
    target = f"subject=prompt&target={full.prompts.earliest('pk').public}"
    for address in (
        "answers",
        "review",
        "audit",
        "audit?target=w",
        "removals",
        f"removals/{removal.public}",
        f"removals/new?{target}",
    ):
        page.goto(f"/p/helpful/{address}")
        assert sideways(page) <= 0, address
    for address in ("answers", "review"):
        page.goto(f"/p/helpful/{address}")
        assert sideways(page) <= 0, address
    page.goto("/p/helpful/work")
    for number in range(len(TEXTS) - 1):
        expect(page.locator(".bar-progress .figures")).to_contain_text(f"{number} of")
        assert sideways(page) <= 0, TEXTS[number][:20]
        page.keyboard.press("4")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing for you now.")).to_be_visible()
    assert sideways(page) <= 0


def test_on_a_desk_the_texts_scroll_and_the_page_does_not(as_ada: Page, full: Project) -> None:
    page = as_ada
    for address in ("answers", "review"):
        page.goto(f"/p/helpful/{address}")
        assert sideways(page) <= 0, address
    page.goto("/p/helpful/work")
    for number in range(len(TEXTS) - 1):
        expect(page.locator(".bar-progress .figures")).to_contain_text(f"{number} of")
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        prompt = page.locator(".prompt-text").bounding_box()
        assert prompt["height"] <= 0.3 * 900 + 1
        page.keyboard.press("4")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing for you now.")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_an_error_moves_nothing(as_ada: Page, project: Project, size: str) -> None:
    ComparisonFactory(project=project)
    page = as_ada
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    page.goto("/p/helpful/work")
    before = boxes(page)
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#error-main")).to_have_text("Choose an answer first, then submit.")
    assert boxes(page) == before


def boxes(page: Page) -> list[Any]:
    return [
        page.locator(selector).first.bounding_box() for selector in (".panes", "#answer", ".options", ".answer-row")
    ]


def test_choosing_moves_nothing(as_ada: Page, project: Project) -> None:
    ComparisonFactory(project=project)
    page = as_ada
    page.goto("/p/helpful/work")
    for key in "1234567x":
        page.keyboard.press(key)
    assert page.evaluate(SHIFTS) == 0


@pytest.mark.parametrize("size", SIZES)
def test_controls_are_large_enough(as_ada: Page, ada: User, project: Project, size: str) -> None:
    ComparisonFactory(project=project)
    page = as_ada
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    Membership.objects.update(role=Role.OWNER)
    add_run(project, ada)
    runs = [f"/p/helpful/runs/{run.public}" for run in project.runs.all()]
    settings = [f"/p/helpful/settings{end}" for end in ("", "/questions", "/reading", "/guidelines", "/danger")]
    TagRuleFactory(project=project)
    team = [
        "/p/helpful/team",
        "/p/helpful/team/groups",
        "/p/helpful/team/quotas",
        f"/p/helpful/team/people/{ada.public}",
    ]
    pages = ("/", "/new", "/p/helpful/work", "/p/helpful/runs", "/p/helpful/runs/start/compare")
    add_uploads(project, ada)
    imports = ["/p/helpful/import", *(f"/p/helpful/import/{upload.public}" for upload in project.uploads.all())]
    for address in (*imports, *pages, *settings, *team, *runs, *TABLES[:2]):
        page.goto(address)
        for control in page.locator(CONTROLS).all():
            box = control.bounding_box()
            assert box["height"] >= (44 if width < 800 else 32), control.inner_text()


def test_hostile_texts_do_nothing_in_a_real_browser(as_ada: Page, ada: User, project: Project) -> None:
    text = "\n\n".join(PAYLOADS)
    Project.objects.filter(pk=project.pk).update(name=PAYLOADS[0])
    prompt = PromptFactory(project=project, messages=[{"role": "user", "content": text}], system=text)
    ComparisonFactory(project=project, prompt=prompt, texts=[text, f"{text}\n\nagain"])
    page = as_ada
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto("/p/helpful/work")
    page.wait_for_timeout(500)
    assert dialogs == []
    assert page.url.endswith("/p/helpful/work")
    assert page.locator(".content :is(script, img, iframe, form, button, svg, style, [data-key])").count() == 0
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing for you now.")).to_be_visible()
