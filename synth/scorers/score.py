"""The step `score`: judge comparisons by the scores of their responses."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from pydantic import Field

from core.bulk import fetch
from core.errors import PrefereeError
from core.labels.service import refresh_labels
from core.models import Candidate, Comparison, Judge, JudgeKind, Judgment, Project, Score, Stage
from core.runs.steps import PAGE_ONLY, Context, Done, InputKind, Outcome, Step, StepConfig
from core.scorers import scorer_named
from synth.scorers.ranking import ranks_of

ALONE = "SELECT pg_advisory_xact_lock(hashtext('preferee score judge'), %s)"
SCORES = """
SELECT c.id, c.k, array_agg(s.value ORDER BY n.slot)
  FROM core_comparison c
  JOIN core_candidate n ON n.comparison_id = c.id
  JOIN core_score s ON s.response_id = n.response_id AND s.scorer = %s
 WHERE c.id = ANY(%s) AND c.withdrawn IS NULL GROUP BY c.id, c.k HAVING count(*) = c.k
"""
COUNTS = """
SELECT count(*) FILTER (WHERE scored AND NOT judged), count(*) FILTER (WHERE judged), count(*) FILTER (WHERE NOT scored)
  FROM (SELECT EXISTS (SELECT FROM core_judgment j WHERE j.comparison_id = c.id AND j.judge_id = %(judge)s) AS judged,
               NOT EXISTS (SELECT FROM core_candidate n WHERE n.comparison_id = c.id AND NOT EXISTS (
                      SELECT FROM core_score s WHERE s.response_id = n.response_id AND s.scorer = %(scorer)s)) AS scored
          FROM core_comparison c WHERE c.project_id = %(project)s AND c.k > 1 AND c.withdrawn IS NULL) c
"""
# Comparison, number of candidates, scores by slot
Scored = tuple[int, int, list[float]]
# Comparison, number of candidates, ranks, scores by slot
Verdict = tuple[int, int, list[int], list[float]]


class ScoreConfig(StepConfig):
    """Whose scores, and from which difference on they count."""

    scorer: str = Field(
        min_length=1,
        max_length=180,
        description="NAME@VERSION of the scorer; NAME alone is its newest version when the run starts.",
    )
    tie_band: float = Field(
        0.0, ge=0, allow_inf_nan=False, description="Scores that differ by no more are a tie, in the scorer's unit."
    )
    judge: str = Field("", description="The judge's version, set when the run starts.", json_schema_extra=PAGE_ONLY)


class ScoreJudge(Step):
    """The response with the higher score is better; those within the tie band tie. Lists are ranked: a response ties
    with the best of its group. A comparison is judged where every response has a score, and a band is a version of the
    judge."""

    name: ClassVar[str] = "score"
    summary: ClassVar[str] = "Judge comparisons by scores that are there, with a tie band."
    Config: ClassVar[type[StepConfig]] = ScoreConfig
    shard_size: ClassVar[int] = 2_000
    costs: ClassVar[bool] = False
    input_kind: ClassVar[InputKind] = "comparison"

    def plan(self, project: Project, config: ScoreConfig) -> dict[str, float]:
        scorer = scorer_named(project, config.scorer)
        judge = _judges(project, scorer).filter(config=_kept(scorer, config)).first()
        waiting, judged, without = _counts(project, scorer, judge)
        return {"comparisons to judge": waiting, "judged already": judged, "without all scores": without}

    def pin(self, project: Project, config: ScoreConfig) -> ScoreConfig:
        scorer = scorer_named(project, config.scorer)
        judge = _judge(project, scorer, _kept(scorer, config))
        return config.model_copy(update={"scorer": scorer, "judge": judge.version})

    def inputs(self, context: Context) -> QuerySet[Comparison]:
        """The comparisons that this version has not judged and whose responses all have a score."""
        _check(context)
        scores = Score.objects.filter(response=OuterRef("response"), scorer=context.config.scorer)
        unscored = Candidate.objects.filter(~Exists(scores), comparison=OuterRef("pk"))
        judged = Judgment.objects.filter(comparison=OuterRef("pk"), judge=_pinned(context))
        comparisons = Comparison.objects.filter(project=context.project, k__gt=1, withdrawn=None)
        return comparisons.exclude(Exists(judged)).exclude(Exists(unscored))

    def load(self, context: Context, ids: Sequence[int]) -> list[Scored]:
        return fetch(SCORES, [context.config.scorer, list(ids)])

    async def process(self, context: Context, batch: Sequence[Scored]) -> list[Outcome]:
        band = context.config.tie_band
        return [Done(pk, (pk, k, ranks_of(scores, band), scores)) for pk, k, scores in batch]

    def save(self, context: Context, outputs: Sequence[Verdict]) -> str | None:
        judge = _pinned(context)
        Judgment.objects.bulk_create(
            (
                Judgment(
                    project=context.project, comparison_id=pk, k=k, judge=judge, ranks=ranks, answers={"scores": scores}
                )
                for pk, k, ranks, scores in outputs
            ),
            ignore_conflicts=True,
        )
        refresh_labels([pk for pk, *_ in outputs])
        return _left_out(context)


def judge_name(scorer: str) -> str:
    return f"score:{scorer}"


def _kept(scorer: str, config: ScoreConfig) -> dict[str, Any]:
    return {"scorer": scorer, "tie_band": config.tie_band}


def _judges(project: Project, scorer: str) -> "QuerySet[Judge]":
    return Judge.objects.filter(project=project, kind=JudgeKind.METRIC, name=judge_name(scorer))


def _judge(project: Project, scorer: str, kept: dict[str, Any]) -> Judge:
    """The version with this band, or the next one. In the transaction that starts the run."""
    fetch(ALONE, [project.pk])
    judges = _judges(project, scorer)
    found = judges.filter(config=kept).first()
    if found is not None:
        return found
    numbers = [int(version) for version in judges.values_list("version", flat=True) if version.isdigit()]
    return Judge.objects.create(
        project=project,
        kind=JudgeKind.METRIC,
        name=judge_name(scorer),
        version=str(1 + max(numbers, default=0)),
        config=kept,
    )


def _pinned(context: Context) -> Judge:
    return _judges(context.project, context.config.scorer).get(version=context.config.judge)


def _check(context: Context) -> None:
    waiting, judged, without = _counts(context.project, context.config.scorer, _pinned(context))
    if without and not waiting and not judged:
        raise PrefereeError(
            f"No comparison in {context.project.slug} has scores by {context.config.scorer} for all its responses. Run "
            "the scorer over them first."
        )


def _left_out(context: Context) -> str | None:
    """Said once a stage, by whoever saves first."""
    if Stage.objects.filter(pk=context.stage_id).exclude(note="").exists():
        return None
    *_, without = _counts(context.project, context.config.scorer, _pinned(context))
    return f"{without:,} left out: not all their responses have a score." if without else None


def _counts(project: Project, scorer: str, judge: Judge | None) -> tuple[int, int, int]:
    values = {"project": project.pk, "scorer": scorer, "judge": judge.pk if judge else None}
    ((waiting, judged, without),) = fetch(COUNTS, values)
    return waiting, judged, without
