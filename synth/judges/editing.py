"""Save a version of a prompt or a rubric over the one that was seen, and tell how versions differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import transaction

from core.differences import Difference, difference
from core.errors import Conflict
from core.models import Project, Rubric, User
from synth.judges.criteria import RubricVersion, criteria_of
from synth.judges.rubrics import save_rubric
from synth.judges.templates import save_prompt
from synth.models import JudgePrompt

MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Version:
    """One version with who saved it, and what it changed of the one before."""

    number: int
    who: str
    created: datetime
    change: Difference
    is_first: bool


@transaction.atomic
def save_prompt_over(
    project: Project, name: str, method: str, system: str, text: str, *, seen: int, by: User | None
) -> JudgePrompt:
    """`seen` is the newest version that the person saw, 0 for none. Raises Conflict where there is another."""
    _lock(project)
    _check_seen(JudgePrompt.objects.filter(project=project, name=name.strip()), "prompt", name, seen)
    return save_prompt(project, name, method, system, text, by=by)


@transaction.atomic
def save_rubric_over(
    project: Project, name: str, criteria: Sequence[Mapping[str, Any]], *, seen: int, by: User | None
) -> Rubric:
    """As for prompts."""
    _lock(project)
    _check_seen(Rubric.objects.filter(project=project, name=name.strip()), "rubric", name, seen)
    return save_rubric(project, name, criteria, by=by)


def newest_prompt(project: Project, name: str) -> int:
    """Its number; 0 where there is none."""
    return _newest(JudgePrompt.objects.filter(project=project, name=name.strip()))


def newest_rubric(project: Project, name: str) -> int:
    return _newest(Rubric.objects.filter(project=project, name=name.strip()))


def versions_of_prompt(project: Project, name: str) -> list[Version]:
    """The newest first."""
    rows = JudgePrompt.objects.filter(project=project, name=name).select_related("created_by").order_by("-version")
    return _compared([(each, f"{each.system}\n\n{each.text}") for each in rows[: MOST_VERSIONS + 1]])


def versions_of_rubric(project: Project, name: str) -> list[Version]:
    rows = project.rubrics.filter(name=name).select_related("created_by").order_by("-version")
    texts = [
        (each, RubricVersion(name, each.version, criteria_of(each.criteria)).text) for each in rows[: MOST_VERSIONS + 1]
    ]
    return _compared(texts)


def _lock(project: Project) -> None:
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)


def _newest(versions: Any) -> int:
    return versions.order_by("-version").values_list("version", flat=True).first() or 0


def _check_seen(versions: Any, what: str, name: str, seen: int) -> None:
    newest = _newest(versions)
    if newest == seen:
        return
    if not seen:
        raise Conflict(f"There is a {what} “{name.strip()}” already. Choose another name, or open it to change it.")
    raise Conflict(
        f"Somebody has saved version {newest} since you opened this page. Look at what it changed below, then save "
        "again to put yours in its place."
    )


def _compared(rows: Iterable[tuple[Any, str]]) -> list[Version]:
    found = [_version(*pair, before) for pair, before in pairwise([*rows, None]) if pair is not None]
    return found[:MOST_VERSIONS]


def _version(row: Any, text: str, before: tuple[Any, str] | None) -> Version:
    who = str(row.created_by) if row.created_by else ""
    return Version(row.version, who, row.created, difference(before[1] if before else "", text), before is None)
