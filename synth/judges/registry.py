"""The model judges of a project, by name and version."""

from django.db.models import IntegerField, QuerySet
from django.db.models.functions import Cast
from pydantic import ValidationError

from core.errors import PrefereeError
from core.models import Judge, JudgeKind, Project
from synth.judges.configuration import JudgeConfiguration
from synth.targets import Target, target_from

PINNED = "pinned"


def model_judges(project: Project) -> QuerySet[Judge]:
    """Those that were made here; an imported one has no configuration. The newest version of each name comes first."""
    made = Judge.objects.filter(
        project=project, kind=JudgeKind.AI, config__has_key="method", version__regex=r"^\d{1,9}$"
    )
    return made.annotate(number=Cast("version", IntegerField())).order_by("name", "-number")


def judge_named(project: Project, named: str) -> Judge:
    """The judge NAME@VERSION, or the newest version of NAME. Raises PrefereeError, which names those that there are."""
    name, at, version = named.rpartition("@")
    wanted = {"name": name, "version": version} if at else {"name": named}
    judge = model_judges(project).filter(**wanted).first()
    if judge is None:
        names = model_judges(project).values_list("name", flat=True).distinct()[:20]
        there = ", ".join(dict.fromkeys(names)) or "none yet"
        what = f"There is no model judge “{named}” in {project.name}." if named else "Say which judge: judge=NAME."
        raise PrefereeError(f"{what} There are: {there}.")
    return judge


def label_of(judge: Judge) -> str:
    return f"{judge.name}@{judge.version}"


def configuration_of(judge: Judge) -> JudgeConfiguration:
    """Raises PrefereeError where the judge was not made here."""
    values = {key: value for key, value in judge.config.items() if key != PINNED}
    try:
        return JudgeConfiguration.model_validate(values)
    except ValidationError as error:
        raise PrefereeError(f"{judge} has no configuration that this installation can read.") from error


def pinned_target(judge: Judge) -> Target | None:
    """What its first run found at its endpoint; None before."""
    plain = judge.config.get(PINNED)
    return None if plain is None else target_from(plain)
