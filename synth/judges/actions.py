"""Make judges out of models, and new versions of them."""

import re

from django.db import transaction

from core import audit
from core.errors import Conflict, PrefereeError
from core.models import Judge, JudgeKind, Judgment, Project, User
from synth.judges.configuration import JudgeConfiguration
from synth.judges.preparing import check_target, prepare
from synth.judges.registry import PINNED, configuration_of, judge_named, label_of
from synth.judges.templates import save_prompt
from synth.models import Card, Endpoint
from synth.targets import endpoint_named, target_of

__all__ = ["create_judge", "edit_judge", "is_used", "new_version", "save_prompt"]

NAME = re.compile(r"[^\s@][^@\n]{0,99}")


@transaction.atomic
def create_judge(project: Project, name: str, configuration: JudgeConfiguration, *, by: User | None) -> Judge:
    """Version 1 of a judge. Raises PrefereeError where something does not fit, Conflict where the name is taken."""
    name = name.strip()
    if not NAME.fullmatch(name):
        raise PrefereeError("A judge's name has one to 100 characters, on one line and without @.")
    configuration, endpoint = _checked(project, configuration)
    lock_versions(project)
    if Judge.objects.filter(project=project, kind=JudgeKind.AI, name=name).exists():
        raise Conflict(f"There is a judge “{name}” already. Make a new version of it, or choose another name.")
    return add_version(project, name, 1, configuration, endpoint, by)


@transaction.atomic
def new_version(judge: Judge, configuration: JudgeConfiguration, *, by: User | None) -> Judge:
    """The version of this judge's name that is so configured from now on.

    That is the newest one where it is so already, or where it was never used and can be changed; else a new one.
    """
    configuration, endpoint = _checked(judge.project, configuration)
    lock_versions(judge.project)
    newest = judge_named(judge.project, judge.name)
    if configuration_of(newest) == configuration:
        return newest
    if not is_used(newest):
        return _replace(newest, configuration, endpoint, by)
    return add_version(judge.project, judge.name, int(newest.version) + 1, configuration, endpoint, by)


@transaction.atomic
def edit_judge(judge: Judge, configuration: JudgeConfiguration, *, by: User | None) -> Judge:
    """Change this version. Raises Conflict where it was used: what it said must stay what this configuration says."""
    configuration, endpoint = _checked(judge.project, configuration)
    lock_versions(judge.project)
    judge = Judge.objects.get(pk=judge.pk)
    if is_used(judge):
        raise Conflict(f"{label_of(judge)} has been used, so it stays as it is. Make a new version.")
    return _replace(judge, configuration, endpoint, by)


def is_used(judge: Judge) -> bool:
    """A run has begun with it, it has judged, or a card was made of it."""
    return PINNED in judge.config or has_judged(judge) or Card.objects.filter(judge=judge).exists()


def has_judged(judge: Judge) -> bool:
    return Judgment.objects.filter(judge=judge, live=True, person=None).exists()


def _checked(project: Project, configuration: JudgeConfiguration) -> tuple[JudgeConfiguration, Endpoint]:
    endpoint = endpoint_named(project, configuration.endpoint)
    check_target(configuration, target_of(endpoint))
    return prepare(project, configuration).named, endpoint


def lock_versions(project: Project) -> None:
    """Until the transaction ends: versions are made and pinned by one at a time."""
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)


def add_version(
    project: Project, name: str, version: int, configuration: JudgeConfiguration, endpoint: Endpoint, by: User | None
) -> Judge:
    judge = Judge.objects.create(
        project=project,
        kind=JudgeKind.AI,
        name=name,
        version=str(version),
        family=endpoint.family,
        config=configuration.model_dump(mode="json"),
    )
    _record("judge.create" if version == 1 else "judge.version", judge, by)
    return judge


def _replace(judge: Judge, configuration: JudgeConfiguration, endpoint: Endpoint, by: User | None) -> Judge:
    judge.config, judge.family = configuration.model_dump(mode="json"), endpoint.family
    judge.save(update_fields=["config", "family"])
    _record("judge.change", judge, by)
    return judge


def _record(verb: str, judge: Judge, by: User | None) -> None:
    said = {name: judge.config[name] for name in ("method", "endpoint", "prompt", "rubric")}
    audit.record(verb, project=judge.project, actor=by, target=str(judge.public), version=judge.version, **said)
