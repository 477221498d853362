"""The recipe `reference`: judge every comparison by BLEU against the prompt's reference answer."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import transaction

from core.bulk import fetch
from core.errors import PrefereeError
from core.labels.service import refresh_labels
from core.models import Judge, JudgeKind, Judgment, Project
from core.runs.steps import Reach, Step, StepConfig
from synth.judges.bleu import bleu, ranks_of, signature

COMPARISONS_A_BATCH = 500

# The comparisons that this judge has not judged, with their texts by slot.
WAITING = """
SELECT c.id, c.k, p.reference, array_agg(r.content ORDER BY n.slot)
  FROM (SELECT * FROM core_comparison c WHERE c.project_id = %(project)s AND c.id > %(after)s AND c.k > 1
           AND NOT EXISTS (SELECT FROM core_judgment j WHERE j.comparison_id = c.id AND j.judge_id = %(judge)s)
           AND EXISTS (SELECT FROM core_prompt p WHERE p.id = c.prompt_id AND p.reference IS NOT NULL)
         ORDER BY c.id LIMIT %(limit)s) c
  JOIN core_prompt p ON p.id = c.prompt_id
  JOIN core_candidate n ON n.comparison_id = c.id
  JOIN core_response r ON r.id = n.response_id
 GROUP BY c.id, c.k, p.reference ORDER BY c.id
"""
COUNTS = """
SELECT count(*) FILTER (WHERE p.reference IS NOT NULL AND NOT judged),
       count(*) FILTER (WHERE judged), count(*) FILTER (WHERE p.reference IS NULL)
  FROM (SELECT c.prompt_id, EXISTS (SELECT FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
                                     WHERE j.comparison_id = c.id AND g.kind = 'metric' AND g.name = 'reference'
                                       AND g.version = %(version)s) AS judged
          FROM core_comparison c WHERE c.project_id = %(project)s AND c.k > 1) c
  JOIN core_prompt p ON p.id = c.prompt_id
"""


class ReferenceJudge(Step):
    name: ClassVar[str] = "reference"
    summary: ClassVar[str] = "Judge by BLEU against the reference answer: no model needed."

    def plan(self, project: Project, config: StepConfig) -> dict[str, float]:
        waiting, judged, without = _counts(project)
        return {"comparisons to judge": waiting, "judged already": judged, "without a reference": without}

    def execute(self, project: Project, config: StepConfig, reach: Reach) -> dict[str, Any]:
        total, judged, without = _counts(project)
        if not total and not judged:
            raise PrefereeError(
                f"No comparison in {project.slug} has a prompt with a reference answer. Import prompts with "
                '"reference", or make comparisons first (run_recipe compare).'
            )
        judge, _ = Judge.objects.get_or_create(
            project=project,
            kind=JudgeKind.METRIC,
            name="reference",
            version=_version(),
            defaults={"config": {"signature": signature()}},
        )
        done = 0
        for batch in _waiting(project, judge):
            with transaction.atomic():
                Judgment.objects.bulk_create((_judgment(judge, *row) for row in batch), ignore_conflicts=True)
                refresh_labels([row[0] for row in batch])
            done += len(batch)
            reach(done, total)
        return {"judged": done, "without a reference": without}


def _version() -> str:
    return "bleu " + dict(part.split(":", 1) for part in signature().split("|"))["version"]


def _counts(project: Project) -> tuple[int, int, int]:
    ((waiting, judged, without),) = fetch(COUNTS, {"project": project.pk, "version": _version()})
    return waiting, judged, without


def _waiting(project: Project, judge: Judge) -> Iterator[list[tuple[Any, ...]]]:
    after = 0
    named = {"project": project.pk, "judge": judge.pk, "limit": COMPARISONS_A_BATCH}
    while batch := fetch(WAITING, {**named, "after": after}):
        after = batch[-1][0]
        yield batch


def _judgment(judge: Judge, comparison: int, k: int, reference: str, texts: list[str]) -> Judgment:
    scores = [round(bleu(text, reference), 4) for text in texts]
    ranks = ranks_of(scores)
    return Judgment(
        project_id=judge.project_id,
        comparison_id=comparison,
        k=k,
        judge=judge,
        ranks=ranks,
        answers={"bleu": scores},
    )
