"""A judge version stands for one model: where its endpoint serves another one now, the next version begins."""

from django.db import transaction

from core import audit
from core.errors import PrefereeError
from core.models import Judge, Project
from synth.judges.actions import add_version, has_judged, lock_versions
from synth.judges.preparing import check_target, prepare
from synth.judges.registry import PINNED, configuration_of, judge_named, label_of, pinned_target
from synth.models import Scorer
from synth.targets import Target, endpoint_named, pin_target

SCORER_KIND = "judge"


def pin_judge(project: Project, named: str) -> tuple[Judge, Target]:
    """The version that a run uses, and what it asks. Raises PrefereeError where it cannot judge.

    NAME is its newest version, or a new one where the model or revision is not the one that this was pinned to; the
    version NAME@VERSION is used as it is or not at all.
    """
    configuration = configuration_of(judge_named(project, named))
    target = pin_target(project, configuration.endpoint)
    check_target(configuration, target)
    prepare(project, configuration)
    return _judge_of(project, named, target), target


@transaction.atomic
def _judge_of(project: Project, named: str, target: Target) -> Judge:
    lock_versions(project)
    judge = judge_named(project, named)
    before = pinned_target(judge)
    if before is None and has_judged(judge):
        raise PrefereeError(
            f"{label_of(judge)} has judgments of a model that nobody knows: they came with a file. Make a judge of "
            "another name."
        )
    if before is not None and _model(before) != _model(target):
        if "@" in named:
            raise PrefereeError(
                f"{named} judged by {before.author}, and {target.name} serves {target.author} now. Name the judge "
                f"without a version, as {judge.name}, to begin a new one."
            )
        judge = _next(judge, target)
    return _pinned(judge, target)


def _model(target: Target) -> tuple[str, str]:
    return target.model, target.revision


def _next(judge: Judge, target: Target) -> Judge:
    endpoint = endpoint_named(judge.project, target.name)
    return add_version(judge.project, judge.name, int(judge.version) + 1, configuration_of(judge), endpoint, None)


def _pinned(judge: Judge, target: Target) -> Judge:
    if PINNED in judge.config:
        return judge
    judge.config = {**judge.config, PINNED: target.plain}
    judge.family = target.family
    judge.save(update_fields=["config", "family"])
    if judge.config["method"] == "pointwise":
        _add_scorer(judge)
    audit.record(
        "judge.pin", project=judge.project, actor=None, target=str(judge.public), version=judge.version,
        model=target.model, revision=target.revision,
    )  # fmt: skip
    return judge


def _add_scorer(judge: Judge) -> None:
    """What a pointwise judge gives to a response is a score as well."""
    scorer, _ = Scorer.objects.get_or_create(
        project=judge.project,
        name=judge.name,
        version=int(judge.version),
        defaults={"kind": SCORER_KIND, "config": {"judge": str(judge.public)}},
    )
    if scorer.kind != SCORER_KIND:
        raise PrefereeError(f"{label_of(judge)} is a scorer already. Make the judge under another name.")
