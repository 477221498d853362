"""Bar judges whose card falls short of what the project requires, and let them in again. Labels follow."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, get_args

from django.db import transaction
from django.utils import timezone

from core import audit
from core.bulk import array, fetch
from core.labels.majority import Sources
from core.labels.service import policy_name, refresh_labels
from core.models import Judge, JudgeKind, Project, Run, User
from core.recipes.shelf import step_alone
from core.runs.starting import begin_run, record_run
from synth.cards.standing import Required, shortfalls
from synth.models import Card, Requirement

# People and gold are never barred: what they say is what judges are measured by.
BARRABLE = (JudgeKind.AI, JudgeKind.RULE, JudgeKind.METRIC)
AT_ONCE = 2_000  # comparisons whose labels are refreshed while somebody waits; more are a run
JUDGED = "SELECT DISTINCT comparison_id FROM core_judgment WHERE judge_id = ANY(%s) AND live ORDER BY 1 LIMIT %s"
POLICIES = "SELECT DISTINCT policy FROM core_label WHERE comparison_id = ANY(%s) AND question = 'main'"


def required_in(project: Project) -> Required:
    row = Requirement.objects.filter(project=project).first()
    return Required(**{each.name: getattr(row, each.name) for each in fields(Required)}) if row else Required()


def newest_cards(judges: Iterable[Judge]) -> dict[int, Card]:
    """By judge, the card that was finished last."""
    finished = Card.objects.filter(judge__in=list(judges), finished__isnull=False)
    return {card.judge_id: card for card in finished.order_by("judge", "-finished", "-pk").distinct("judge")}


@transaction.atomic
def judge_anew(project: Project, judges: Iterable[Judge] | None = None, *, by: User | None = None) -> list[Judge]:
    """Hold judges, or all of the project, against its requirements; returns those that are barred now, or no more.

    Their labels are not refreshed yet.
    """
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)
    required = required_in(project)
    asked = Judge.objects.filter(project=project, kind__in=BARRABLE)
    if judges is not None:
        asked = asked.filter(pk__in=[judge.pk for judge in judges])
    held = list(asked.select_for_update(no_key=True).order_by("pk"))
    cards = newest_cards(held)
    told = [(judge, judge.barred_because, judge.barred) for judge in held]
    for judge in held:
        card = cards.get(judge.pk)
        judge.barred_because = " ".join(shortfalls(card.figures if card else None, required))
        judge.barred = (judge.barred or timezone.now()) if judge.barred_because else None
    differing = [judge for judge, because, barred in told if (judge.barred_because, judge.barred) != (because, barred)]
    Judge.objects.bulk_update(differing, ["barred", "barred_because"], batch_size=500)
    turned = [judge for judge, _, barred in told if (judge.barred is None) != (barred is None)]
    _record(project, "judge.bar", [judge for judge in turned if judge.barred], by)
    _record(project, "judge.unbar", [judge for judge in turned if not judge.barred], by)
    return turned


@transaction.atomic
def change_requirement(project: Project, required: Required, *, by: User) -> list[Judge]:
    """Require this from now on; returns the judges that are barred now, or no more. Their labels follow."""
    values = {each.name: getattr(required, each.name) for each in fields(Required)}
    Requirement.objects.update_or_create(project=project, defaults=values)
    audit.record("requirements.change", project=project, actor=by, **values)
    turned = judge_anew(project, by=by)
    refresh_labels_of(project, turned, by=by)
    return turned


@transaction.atomic
def refresh_labels_of(project: Project, judges: Sequence[Judge], *, by: User | None) -> Run | None:
    """Make the labels of what they judged true, at once or by a run where that is much; returns the run."""
    if not judges:
        return None
    ids = [pk for (pk,) in fetch(JUDGED, [[judge.pk for judge in judges], AT_ONCE + 1])]
    if len(ids) <= AT_ONCE:
        relabel(ids)
        return None
    run = record_run(project, step_alone("relabel"), {"judges": [str(judge.public) for judge in judges]}, by=by)
    transaction.on_commit(lambda: begin_run(run))
    return run


def relabel(comparison_ids: Sequence[int]) -> None:
    """By every policy that has labels here."""
    names = {policy_name(sources): sources for sources in get_args(Sources)}
    there = {policy for (policy,) in fetch(POLICIES, [array(comparison_ids)])} | {policy_name("people_first")}
    for policy in sorted(there & names.keys()):
        refresh_labels(comparison_ids, names[policy])


def _record(project: Project, verb: str, judges: Sequence[Judge], by: User | None) -> None:
    if judges:
        detail: dict[str, Any] = {"judges": [str(judge.public) for judge in judges]}
        target = str(judges[0].public) if len(judges) == 1 else ""
        audit.record(verb, project=project, actor=by, target=target, **detail)
