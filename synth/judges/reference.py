"""The step `reference`: judge every comparison by BLEU against the prompt's reference answer."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from pydantic import Field

from core.bulk import fetch
from core.errors import PrefereeError
from core.labels.service import refresh_labels
from core.models import Comparison, Judge, JudgeKind, Judgment, Project
from core.runs.steps import Context, Done, InputKind, Outcome, PermanentError, Step, StepConfig
from synth.judges.bleu import bleu, ranks_of, signature

LATEST = "bleu@latest"
TEXTS = """
SELECT c.id, c.k, p.reference, array_agg(r.content ORDER BY n.slot)
  FROM core_comparison c
  JOIN core_prompt p ON p.id = c.prompt_id
  JOIN core_candidate n ON n.comparison_id = c.id
  JOIN core_response r ON r.id = n.response_id
 WHERE c.id = ANY(%s) AND c.withdrawn IS NULL GROUP BY c.id, c.k, p.reference
"""
COUNTS = """
SELECT count(*) FILTER (WHERE p.reference IS NOT NULL AND NOT judged),
       count(*) FILTER (WHERE judged), count(*) FILTER (WHERE p.reference IS NULL)
  FROM (SELECT c.prompt_id, EXISTS (SELECT FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
                                     WHERE j.comparison_id = c.id AND g.kind = 'metric' AND g.name = 'reference'
                                       AND g.version = %(version)s) AS judged
          FROM core_comparison c WHERE c.project_id = %(project)s AND c.k > 1 AND c.withdrawn IS NULL) c
  JOIN core_prompt p ON p.id = c.prompt_id
"""


# Comparison, number of candidates, reference, texts by slot
Texts = tuple[int, int, str, list[str]]
# Comparison, number of candidates, ranks, scores by slot
Verdict = tuple[int, int, list[int], list[float]]


class ReferenceConfig(StepConfig):
    """What to measure with."""

    metric: str = Field(
        LATEST,
        pattern=r"^bleu@[\w.+-]+$",
        description="BLEU as the installed sacrebleu computes it; `@latest` is replaced by its version at the start.",
    )


class ReferenceJudge(Step):
    """The response that shares more words, in their order, with the reference answer is better; equal figures tie. A
    run keeps to the version it began with, and each version is a judge of its own."""

    name: ClassVar[str] = "reference"
    summary: ClassVar[str] = "Judge by BLEU against the reference answer: no model needed."
    Config: ClassVar[type[StepConfig]] = ReferenceConfig
    costs: ClassVar[bool] = False
    input_kind: ClassVar[InputKind] = "comparison"

    def pin(self, project: Project, config: ReferenceConfig) -> ReferenceConfig:
        pinned = f"bleu@{installed()}" if config.metric == LATEST else config.metric
        _check(pinned)
        return config.model_copy(update={"metric": pinned})

    def plan(self, project: Project, config: ReferenceConfig) -> dict[str, float]:
        waiting, judged, without = _counts(project)
        return {"comparisons to judge": waiting, "judged already": judged, "without a reference": without}

    def inputs(self, context: Context) -> QuerySet[Comparison]:
        """The comparisons that this judge has not judged, of prompts with a reference."""
        project = context.project
        waiting, judged, _ = _counts(project)
        if not waiting and not judged:
            raise PrefereeError(
                f"No comparison in {project.slug} has a prompt with a reference answer. Import prompts with "
                '"reference", or make comparisons first (run_recipe compare).'
            )
        judged_already = Judgment.objects.filter(comparison=OuterRef("pk"), judge=_judge(project))
        comparisons = Comparison.objects.filter(
            project=project, k__gt=1, withdrawn=None, prompt__reference__isnull=False
        )
        return comparisons.exclude(Exists(judged_already))

    def load(self, context: Context, ids: Sequence[int]) -> list[Texts]:
        return fetch(TEXTS, [list(ids)])

    async def process(self, context: Context, batch: Sequence[Texts]) -> list[Outcome]:
        _check(context.config.metric)
        return [Done(texts[0], _verdict(*texts)) for texts in batch]

    def save(self, context: Context, outputs: Sequence[Verdict]) -> None:
        judge = _judge(context.project)
        Judgment.objects.bulk_create(
            (
                Judgment(
                    project=context.project, comparison_id=pk, k=k, judge=judge, ranks=ranks, answers={"bleu": bleus}
                )
                for pk, k, ranks, bleus in outputs
            ),
            ignore_conflicts=True,
        )
        refresh_labels([pk for pk, *_ in outputs])


def _judge(project: Project) -> Judge:
    judge, _ = Judge.objects.get_or_create(
        project=project,
        kind=JudgeKind.METRIC,
        name="reference",
        version=_version(),
        defaults={"config": {"signature": signature()}},
    )
    return judge


def installed() -> str:
    """The version of sacrebleu here."""
    return dict(part.split(":", 1) for part in signature().split("|"))["version"]


def _check(metric: str) -> None:
    """Figures of two versions are not to be mixed in one judge."""
    if metric != f"bleu@{installed()}":
        raise PermanentError(
            f"The run judges by {metric.replace('@', ' ')}, and sacrebleu {installed()} is installed here. Install "
            "that version, or start a new run."
        )


def _version() -> str:
    return f"bleu {installed()}"


def _counts(project: Project) -> tuple[int, int, int]:
    ((waiting, judged, without),) = fetch(COUNTS, {"project": project.pk, "version": _version()})
    return waiting, judged, without


def _verdict(comparison: int, k: int, reference: str, texts: list[str]) -> Verdict:
    bleus = [round(bleu(text, reference), 4) for text in texts]
    return comparison, k, ranks_of(bleus), bleus
