"""The step `best_of`: the best of each prompt's answers, by a scorer or a judge (best-of-n; RAFT, arXiv 2304.06767)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from django.db.models import QuerySet
from pydantic import Field, model_validator

from core.bulk import array, fetch, lock_project
from core.models import Project, Prompt, Score
from core.runs.steps import Context, Done, InputKind, Outcome, Step, StepConfig
from core.scorers import scorer_named
from synth.generate.critics import judge_called
from synth.generate.picking import Placed, Scored, placed
from synth.scorers.versions import scorer_of

NAME = "best-of"
# Who may win: an answer in use that says something.
ELIGIBLE = """
r.prompt_id = ANY(%(prompts)s) AND r.withdrawn IS NULL AND r.content <> ''
   AND (%(truncated)s OR r.finish_reason <> 'length')
   AND (%(all)s OR EXISTS (SELECT FROM synth_sample m WHERE m.prompt_id = r.prompt_id AND m.response_id = r.id))
"""
BY_SCORER = f"""
SELECT r.prompt_id, r.id, s.value, r.content_key
  FROM core_response r JOIN core_score s ON s.response_id = r.id AND s.scorer = %(scorer)s WHERE {ELIGIBLE}
"""
# Each verdict gives an answer the share of the others that it beat, a tie counting half; the mean over its verdicts.
BY_JUDGE = f"""
SELECT r.prompt_id, r.id,
       avg(((SELECT sum(CASE WHEN other > own THEN 1.0 WHEN other = own THEN 0.5 ELSE 0 END)
               FROM unnest(j.ranks) other) - 0.5) / (j.k - 1)), r.content_key
  FROM core_response r
  JOIN core_candidate n ON n.response_id = r.id
  JOIN core_comparison c ON c.id = n.comparison_id AND c.withdrawn IS NULL AND c.k > 1
  JOIN core_judgment j ON j.comparison_id = c.id AND j.judge_id = %(judge)s AND j.live AND j.status = 'submitted'
                      AND j.ranks IS NOT NULL
 CROSS JOIN LATERAL (SELECT j.ranks[n.slot + 1] AS own) ranked
 WHERE {ELIGIBLE} GROUP BY r.prompt_id, r.id, r.content_key
"""
FORGET = """
DELETE FROM core_score s USING core_response r
 WHERE s.response_id = r.id AND s.scorer = %s AND r.prompt_id = ANY(%s) RETURNING 1
"""

# A prompt, and its answers
Answers = tuple[int, list[Scored]]


class BestOfConfig(StepConfig):
    """Who says what an answer is worth, and which answers compete."""

    scorer: str = Field("", max_length=200, description="NAME@VERSION of a scorer, or NAME: its newest version.")
    judge: str = Field("", max_length=220, description="Or a judge by NAME@VERSION or NAME: how often an answer won.")
    among: Literal["generated", "all"] = Field("generated", description="Answers that were generated here, or all.")
    truncated: bool = Field(False, description="Let answers win that were cut off.")
    least: int = Field(2, ge=1, le=64, description="Prompts with fewer such answers are passed over.")

    @model_validator(mode="after")
    def _one(self) -> "BestOfConfig":
        if bool(self.scorer) == bool(self.judge):
            raise ValueError("name a scorer or a judge, and not both")
        return self


class BestOf(Step):
    """Writes scores: 1 for the best answer to each prompt and 0 for those that it beat, with place, number and what
    each was worth in their parts. Equals are decided by their text's hash, the same way each time. A later run begins
    anew, so that answers and scores that came since count."""

    name: ClassVar[str] = "best_of"
    summary: ClassVar[str] = "Mark the best answer to each prompt, by a scorer or a judge."
    Config: ClassVar[type[StepConfig]] = BestOfConfig
    remembers: ClassVar[bool] = False
    costs: ClassVar[bool] = False
    input_kind: ClassVar[InputKind] = "prompt"

    def plan(self, project: Project, config: BestOfConfig) -> dict[str, float]:
        self.pin(project, config)
        return {"prompts to look at": _prompts(project).count()}

    def pin(self, project: Project, config: BestOfConfig) -> BestOfConfig:
        """The newest version, where none is named."""
        if config.scorer:
            return config.model_copy(update={"scorer": scorer_named(project, config.scorer)})
        judge = judge_called(project, config.judge)
        return config.model_copy(update={"judge": f"{judge.name}@{judge.version}" if judge.version else judge.name})

    def inputs(self, context: Context) -> QuerySet[Prompt]:
        return _prompts(context.project)

    def load(self, context: Context, ids: Sequence[int]) -> list[Answers]:
        config = context.config
        named: dict[str, Any] = {"prompts": array(ids), "truncated": config.truncated, "all": config.among == "all"}
        if config.scorer:
            rows = fetch(BY_SCORER, named | {"scorer": config.scorer})
        else:
            rows = fetch(BY_JUDGE, named | {"judge": judge_called(context.project, config.judge).pk})
        answers: dict[int, list[Scored]] = defaultdict(list)
        for prompt, response, score, key in rows:
            answers[prompt].append(Scored(prompt, response, float(score), bytes(key)))
        return [(pk, answers[pk]) for pk in ids]

    async def process(self, context: Context, batch: Sequence[Answers]) -> list[Outcome]:
        least = context.config.least
        return [Done(pk, (pk, placed(answers) if len(answers) >= least else [])) for pk, answers in batch]

    def save(self, context: Context, outputs: Sequence[tuple[int, list[Placed]]]) -> None:
        lock_project(context.project.pk)
        scorer, by = _own_scorer(context.project, context.config), context.config.scorer or context.config.judge
        fetch(FORGET, [scorer, array(prompt for prompt, _ in outputs)])
        Score.objects.bulk_create(
            Score(
                response_id=each.response,
                scorer=scorer,
                value=float(each.is_best),
                parts={"by": by, "score": each.score, "place": each.place, "of": each.of},
            )
            for _, answers in outputs
            for each in answers
        )


def _prompts(project: Project) -> QuerySet[Prompt]:
    return Prompt.objects.filter(project=project, withdrawn=None, erased=None)


def _own_scorer(project: Project, config: BestOfConfig) -> str:
    return str(scorer_of(project, NAME, "best_of", config.model_dump(mode="json")))
