"""The rubrics of a project: found by name and version, and saved as new versions."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import audit
from core.errors import PrefereeError
from core.models import Project, Rubric, User
from synth.judges.criteria import RubricVersion, criteria_of, given_rubrics, labels_of_rubrics
from synth.judges.naming import name_and_version

LONGEST_NAME = 100
DEFAULT = "quality"
NAME = re.compile(r"[^\s@][^@\n]*")


def rubric_named(project: Project, named: str) -> RubricVersion:
    """The rubric NAME@VERSION, of the project or one that comes with Preferee; empty: the built-in one.

    Raises PrefereeError where there is none.
    """
    if given := given_rubrics().get(named or DEFAULT):
        return given
    name, version = name_and_version(named)
    row = Rubric.objects.filter(project=project, name=name, version=version).first()
    if row is None:
        raise PrefereeError(f"There is no rubric {named} in {project.name}. There are: {', '.join(_labels(project))}.")
    return RubricVersion(row.name, row.version, criteria_of(row.criteria))


@transaction.atomic
def save_rubric(project: Project, name: str, criteria: Sequence[Mapping[str, Any]], *, by: User | None) -> Rubric:
    """The newest version where it says the same, else a new one. Raises PrefereeError where something does not fit."""
    name = name.strip()
    check_name(name, LONGEST_NAME, given_rubrics())
    plain = [each.model_dump(mode="json") for each in criteria_of(criteria)]
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)
    versions = Rubric.objects.filter(project=project, name=name)
    newest = versions.order_by("-version").first()
    if newest is not None and newest.criteria == plain:
        return newest
    last = versions.aggregate(last=Max("version"))["last"] or 0
    rubric = versions.create(project=project, name=name, version=last + 1, criteria=plain, created_by=by)
    audit.record("rubric.save", project=project, actor=by, target=f"{name}@{rubric.version}", criteria=len(plain))
    return rubric


def check_name(name: str, longest: int, given: Mapping[str, object]) -> None:
    """Raises PrefereeError where a project cannot call a version of its own so."""
    if len(name) > longest or not NAME.fullmatch(name):
        raise PrefereeError(f"A name has one to {longest} characters, on one line and without @.")
    if name in given:
        raise PrefereeError(f"“{name}” comes with Preferee and stays as it is. Save yours under another name.")


def _labels(project: Project) -> list[str]:
    own = Rubric.objects.filter(project=project).order_by("name", "version").values_list("name", "version")[:50]
    return [*labels_of_rubrics(), *(f"{name}@{version}" for name, version in own)]
