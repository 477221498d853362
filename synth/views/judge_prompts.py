"""The judge prompts of a project: those that come with Preferee, and its own."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.http import UserRequest
from core.views.access import signed_in
from synth.judges.choices import newest_given
from synth.judges.prompt_files import given_prompts
from synth.models import JudgePrompt
from synth.views.versioned import Listing, Row, versioned_page


@require_safe
@signed_in
def judge_prompts(request: UserRequest, slug: str) -> HttpResponse:
    return versioned_page(request, slug, PROMPTS, "synth/judge_prompts.html")


def _given() -> Iterator[Row]:
    for each in newest_given(given_prompts()):
        yield Row(each.name, each.label, each.version, each.head["method"].capitalize())


PROMPTS = Listing(
    what="judge_prompt",
    key="prompt",
    tab="prompts",
    column="Method",
    about=lambda prompt: str(prompt.method).capitalize(),
    own=lambda project: JudgePrompt.objects.filter(project=project).defer("system", "text"),
    given=_given,
)
