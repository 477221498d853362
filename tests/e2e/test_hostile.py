"""Everything that somebody could write, on every page that shows it, in a real browser: nothing runs, nothing leaves.

A page that shows content is a function here; whoever adds such a page adds one with `@surface`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Request, expect

from annotate.models import Assignment
from core.models import Comparison, Membership, Project, Prompt, QuestionSet, Response, Role, Score, User
from core.models.project import DEFAULT_QUESTIONS
from synth.models import Trace
from tests.core.views.markup import ALL_IN_ONE, CONTENT_PAYLOADS, CONTENT_TAGS, MATH_TAGS
from tests.factories import (
    ComparisonFactory,
    FailureFactory,
    JudgeFactory,
    JudgmentFactory,
    PromptFactory,
    ResponseFactory,
    RunFactory,
    StageFactory,
)

pytestmark = pytest.mark.browser

# Where a payload alone stands, so that none hides behind what another one has opened.
ONE_EACH = [{"role": "user", "content": payload} for payload in CONTENT_PAYLOADS]
ANSWER = [{"role": "assistant", "content": payload} for payload in CONTENT_PAYLOADS]
SPOILT = """(allowed) => {
  const wrongs = [];
  const active = /^(on|id$|style$|hx-|data-(?!reached$)|name$|form|action|ping$|nonce$)/;
  for (const content of document.querySelectorAll(".content[hx-disable]")) {
    for (const element of content.querySelectorAll("*")) {
      const name = element.localName;
      if (!allowed.includes(name)) wrongs.push(`content holds <${name}>`);
      for (const { name: attribute } of element.attributes) {
        if (active.test(attribute)) wrongs.push(`<${name} ${attribute}>`);
      }
      if (getComputedStyle(element).position !== "static") wrongs.push(`<${name}> is taken out of its place`);
    }
  }
  for (const control of document.querySelectorAll("button, a.button, summary, label.option, .entries a")) {
    if (control.closest(".content[hx-disable], dialog, .differ-text")) continue;
    if (!control.checkVisibility({ visibilityProperty: true })) continue;
    control.scrollIntoView({ block: "center", behavior: "instant" });
    const box = control.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (top?.closest(".content[hx-disable], .differ-text")) wrongs.push(`content covers “${control.innerText}”`);
  }
  for (const element of document.querySelectorAll(".content[hx-disable] *")) {
    for (const name of ["mouseover", "mouseenter", "focus", "load", "error", "toggle", "animationstart"]) {
      element.dispatchEvent(new Event(name));
    }
  }
  if (document.querySelector("dialog[open], [popover]:popover-open")) wrongs.push("a dialog is open");
  if (getComputedStyle(document.body).display === "none") wrongs.push("the page is gone");
  return wrongs;
}"""


@dataclass
class World:
    project: Project
    person: User
    prompt: Prompt
    comparison: Comparison
    responses: list[Response] = field(default_factory=list)

    def at(self, end: str) -> str:
        return f"/p/{self.project.slug}{end}"


Surface = Callable[[World], str]
SURFACES: dict[str, Surface] = {}


def surface(function: Surface) -> Surface:
    """Prepares what the page needs, and returns its address."""
    SURFACES[function.__name__] = function
    return function


@surface
def work(world: World) -> str:
    return world.at("/work")


@surface
def work_differences(world: World) -> str:
    return reverse("work_differences", args=[world.project.slug, world.comparison.public])


@surface
def prompt_with_everything_open(world: World) -> str:
    Assignment.objects.all().delete()
    return world.at(f"/prompts/{world.prompt.public}?open={world.comparison.public}")


@surface
def contested(world: World) -> str:
    return world.at("/contested")


@surface
def changes(world: World) -> str:
    return world.at(f"/responses/{world.responses[1].public}/changes")


@surface
def guidelines(world: World) -> str:
    QuestionSet.objects.update(guidelines=ALL_IN_ONE)
    return world.at("/guidelines")


@surface
def guidelines_editor(world: World) -> str:
    return world.at("/settings/guidelines")


@surface
def question_preview(world: World) -> str:
    main = {**DEFAULT_QUESTIONS[0], "text": "".join(CONTENT_PAYLOADS)[:500]}
    QuestionSet.objects.update(questions=[main, *DEFAULT_QUESTIONS[1:]])
    return world.at("/settings/questions")


@surface
def judge_prompt_preview(world: World) -> str:
    return world.at("/judges/prompts/edit")


@surface
def ratio(world: World) -> str:
    response = ResponseFactory(prompt=world.prompt, content=ALL_IN_ONE)
    end = len(ALL_IN_ONE)
    parts = {"sum_strong": -1.5, "n_strong": 9, "sum_weak": -1.25, "n_weak": 8, "chars": end, "domain": "chat"}
    score = Score.objects.create(response=response, scorer="density@1", value=-0.25, parts=parts)
    Trace.objects.create(score=score, ends=[end // 2, end, end + 1], ratios=[0.5, -0.5, -0.25])
    return world.at(f"/responses/{response.public}/ratio")


@surface
def prompts_table(world: World) -> str:
    for payload in CONTENT_PAYLOADS[::4]:
        PromptFactory(project=world.project, messages=[{"role": "user", "content": payload}])
    return world.at("/prompts")


@surface
def comparisons_table(world: World) -> str:
    return world.at(f"/comparisons?q={quote(CONTENT_PAYLOADS[0])}")


@surface
def failures(world: World) -> str:
    stage = StageFactory(
        run=RunFactory(project=world.project, state="failed", error=ALL_IN_ONE), state="failed", total=1, failed=1
    )
    for number, payload in enumerate(CONTENT_PAYLOADS[:40]):
        FailureFactory(stage=stage, error=payload, input=world.prompt.pk + number)
    return world.at(f"/runs/{stage.run.public}/failures")


@surface
def run_with_errors(world: World) -> str:
    return world.at(f"/runs/{world.project.runs.latest('pk').public}")


@surface
def nothing_there(world: World) -> str:
    return world.at("/prompts/" + quote("<img src=x onerror=alert(1)>", safe=""))


@surface
def admin(world: World) -> str:
    judge = JudgeFactory(project=world.project, name=CONTENT_PAYLOADS[0], version=CONTENT_PAYLOADS[4])
    return f"/admin/core/judge/{judge.pk}/change/"


@surface
def admin_project(world: World) -> str:
    Project.objects.filter(pk=world.project.pk).update(name="".join(CONTENT_PAYLOADS[4:9])[:200])
    return f"/admin/core/project/{world.project.pk}/change/"


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """Pages with this much on them may take their time."""
    context.set_default_timeout(60_000)
    return context


@pytest.fixture
def world(project: Project, ada: User) -> World:
    """Every payload as a turn of its own in prompt, answers and passages; and all of them as one text."""
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    contexts = [{"title": payload[:200], "text": payload} for payload in CONTENT_PAYLOADS[::3]]
    prompt = PromptFactory(
        project=project, messages=ONE_EACH, system=ALL_IN_ONE, contexts=contexts, reference=ALL_IN_ONE
    )
    one = ResponseFactory(prompt=prompt, content="", messages=ANSWER)
    other = ResponseFactory(prompt=prompt, content=ALL_IN_ONE, parent=one, author_kind="person", author="Bea")
    comparison = ComparisonFactory(project=project, prompt=prompt, responses=[one, other])
    judge = JudgeFactory(project=project, name=CONTENT_PAYLOADS[4], kind="ai")
    JudgmentFactory(comparison=comparison, judge=judge, rationale=ALL_IN_ONE)
    Project.objects.filter(pk=project.pk).update(shows_reference=True)
    return World(project, ada, prompt, comparison, [one, other])


def test_hostile_content_does_nothing_anywhere(as_ada: Page, world: World, live_server: Any) -> None:
    page = as_ada
    wrongs: list[str] = []
    read = f"{live_server.url}/p/helpful/work/guidelines"  # said once, when the key below opens the drawer
    here = ""
    page.on("dialog", lambda dialog: (wrongs.append(f"{here}: a dialog said {dialog.message}"), dialog.dismiss()))
    page.on(
        "request", lambda request: wrongs.append(f"{here}: {request.url}") if leaves(request, live_server) else None
    )
    page.on("popup", lambda popup: wrongs.append(f"{here}: opened {popup.url}"))
    for here, prepare in SURFACES.items():
        address = prepare(world)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found = page.evaluate(SPOILT, sorted(CONTENT_TAGS | MATH_TAGS))
        wrongs += [f"{here}: {each}" for each in dict.fromkeys(found)]
        if here == "work":
            page.keyboard.press("d")
            expect(page.locator("#differ-said")).not_to_be_empty(timeout=60_000)
            page.keyboard.press("g")
            page.wait_for_selector("#guidelines[open]")
            page.keyboard.press("Escape")
        page.wait_for_load_state("networkidle")
        if page.url.partition("?")[0] != live_server.url + address.partition("?")[0] and here != "contested":
            wrongs.append(f"{here}: the page went to {page.url}")
    assert wrongs.count(f"work: {read}") == 1
    assert [wrong for wrong in wrongs if wrong != f"work: {read}"] == []


def leaves(request: Request, live_server: Any) -> bool:
    """Whatever goes elsewhere, changes something, or is asked for by content."""
    outside = not request.url.startswith((live_server.url, "data:"))
    return outside or request.method != "GET" or "logout" in request.url or request.resource_type == "media"
