"""What a judge of a project can be made of: endpoints, prompts and rubrics, as a form offers them."""

from collections.abc import Mapping
from typing import TypeVar

from core.models import Project, Rubric
from synth.judges.criteria import given_rubrics
from synth.judges.prompt_files import given_prompts
from synth.judges.templates import REQUIRED
from synth.models import Endpoint, JudgePrompt

Choice = tuple[str, str]
Given = TypeVar("Given")
NEWEST = ("name", "-version")


def endpoints_for(project: Project) -> list[Choice]:
    """Those that the project may send its text to."""
    usable = Endpoint.objects.usable_in(project).order_by("name")
    if project.text_stays_inside:
        usable = usable.filter(external=False)
    return [(each.name, _described(each)) for each in usable]


def prompts_for(project: Project) -> dict[str, list[Choice]]:
    """By method, the newest version of each."""
    found: dict[str, list[Choice]] = {method: [] for method in REQUIRED}
    for given in newest_given(given_prompts()):
        found[given.head["method"]].append((given.label, f"{given.label} (comes with Preferee)"))
    for own in JudgePrompt.objects.filter(project=project).order_by(*NEWEST).distinct("name"):
        label = f"{own.name}@{own.version}"
        found.setdefault(own.method, []).append((label, label))
    return found


def rubrics_for(project: Project) -> list[Choice]:
    given = newest_given(given_rubrics())
    own = Rubric.objects.filter(project=project).order_by(*NEWEST).distinct("name")
    labels = [f"{name}@{version}" for name, version in own.values_list("name", "version")]
    return [(each.label, f"{each.label} (comes with Preferee)") for each in given] + [(each, each) for each in labels]


def newest_given(given: Mapping[str, Given]) -> list[Given]:
    """Of what comes with Preferee, which is there by NAME@VERSION too."""
    return [each for name, each in sorted(given.items()) if "@" not in name]


def _described(endpoint: Endpoint) -> str:
    model = endpoint.model if len(endpoint.model) <= 60 else f"{endpoint.model[:60]}…"
    outside = ", outside" if endpoint.external else ""
    return f"{endpoint.name} ({model}{outside})" if model else f"{endpoint.name}{outside}"
