"""The editor of a judge prompt: what is typed, beside what a model would be sent about a real comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import PrefereeError
from core.http import UserRequest
from core.models import Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project
from synth.judges.drafts import TRIED, tried
from synth.judges.editing import newest_prompt, save_prompt_over, versions_of_prompt
from synth.judges.naming import name_and_version, number_in
from synth.judges.prompt_files import given_prompts
from synth.judges.stand_ins import stand_ins, to_ask
from synth.judges.templates import LONGEST_TEXT, OPTIONAL, REQUIRED, Template
from synth.models import JudgePrompt
from synth.views.judge_form import METHODS
from synth.views.prompt_preview import Preview, preview_of
from synth.views.versioned import status_of, to_version

PAGE = "synth/judge_prompt.html"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is typed. `seen` is the newest version when the page was opened, 0 where the prompt is new."""

    name: str
    method: str
    system: str
    text: str
    seen: int = 0
    chosen: str = ""
    place: str = ""
    step: str = ""

    @property
    def template(self) -> Template:
        """Numbered as it would be saved, so that what is asked now is not asked again afterwards."""
        return Template(self.name.strip() or "draft", self.seen + 1, self.method, self.system, self.text)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def judge_prompt(request: UserRequest, slug: str) -> HttpResponse:
    """`?named=NAME@VERSION` opens one; a new one begins as a copy of what comes with Preferee."""
    if request.method != "POST":
        named = request.GET.get("named", "")
        project = get_project(request.user, slug, "names" if named else "manage")
        return _page(request, project, _opened(project, named, request.GET.get("method", "pairwise")))
    project = get_project(request.user, slug, "manage")
    draft = _typed(request.POST)
    try:
        saved = save_prompt_over(
            project, draft.name, draft.method, draft.system, draft.text, seen=draft.seen, by=request.user
        )
    except PrefereeError as error:
        return _page(request, project, _up_to_date(project, draft), status_of(error), error=str(error))
    return to_version("judge_prompt", slug, saved)


@require_POST
@signed_in
def preview_judge_prompt(request: UserRequest, slug: str) -> HttpResponse:
    """What the model would be sent; nothing is kept."""
    project = get_project(request.user, slug, "names")
    return _answer(request, project, _typed(request.POST), "preview")


@require_POST
@signed_in
def try_judge_prompt(request: UserRequest, slug: str) -> HttpResponse:
    """Judge a few comparisons with what is typed. It may cost money, so only those who manage may."""
    project = get_project(request.user, slug, "manage")
    draft = _typed(request.POST)
    preview = preview_of(project, draft.template, draft.chosen, draft.place, draft.step)
    try:
        if not preview.can_be_tried:
            raise PrefereeError(preview.error or "Choose a judge or an endpoint, which is asked then.")
        target = to_ask(project, draft.chosen, preview.target)
        results = tried(project, target, preview.judge, preview.items, by=request.user)
    except PrefereeError as error:
        return _answer(request, project, draft, "tried", 422, try_error=str(error))
    return _answer(request, project, draft, "tried", results=results)


def _answer(
    request: UserRequest, project: Project, draft: Draft, name: str, status: int = 200, **said: Any
) -> HttpResponse:
    if not request.htmx:
        return _page(request, project, draft, status, **said)
    context = in_project(request.user, project, "judges", draft=draft, **said)
    if name == "preview":
        context |= _previewed(project, draft)
    return render(request, f"{PAGE}#{name}", context, status=status)


def _previewed(project: Project, draft: Draft) -> dict[str, Any]:
    preview: Preview = preview_of(project, draft.template, draft.chosen, draft.place, draft.step)
    return {"preview": preview, "tried_at_most": TRIED, "stand_ins": stand_ins(project, draft.method)}


def _page(request: UserRequest, project: Project, draft: Draft, status: int = 200, **said: Any) -> HttpResponse:
    names = sorted(REQUIRED.get(draft.method, set()))
    own = versions_of_prompt(project, draft.name) if draft.seen else []
    shown = {
        "draft": draft,
        "methods": METHODS,
        "required": names,
        "optional": sorted(OPTIONAL - set(names)),
        "longest": LONGEST_TEXT,
        "versions": own,
        **_previewed(project, draft),
        **said,
    }
    context = in_project(request.user, project, "judges", tab="prompt", **shown)
    return render(request, PAGE, context, status=status)


def _opened(project: Project, named: str, method: str) -> Draft:
    """A version of the project's own; or a copy of one that comes with Preferee, without a name."""
    if given := given_prompts().get(named or (method if method in REQUIRED else "pairwise")):
        system, text = given.parts
        return Draft("", given.head["method"], system, text)
    name, number = name_and_version(named)
    found = JudgePrompt.objects.filter(project=project, name=name, version=number).first()
    if found is None:
        raise Http404("There is no such prompt.")
    return Draft(found.name, found.method, found.system, found.text, seen=newest_prompt(project, name))


def _typed(sent: Mapping[str, str]) -> Draft:
    """A browser's line ends become ours."""
    said = {name: sent.get(name, "").replace("\r\n", "\n").replace("\x00", "") for name in FIELDS}
    seen = said.pop("seen")
    method = said.pop("method")
    method = method if method in REQUIRED else "pairwise"
    return Draft(method=method, seen=number_in(seen), **said)


FIELDS = ("name", "method", "system", "text", "seen", "chosen", "place", "step")


def _up_to_date(project: Project, draft: Draft) -> Draft:
    """What was typed, over the version that is the newest now: saved again, it wins."""
    return replace(draft, seen=newest_prompt(project, draft.name)) if draft.seen else draft
