"""What `generate` would ask for, before it does: answers, tokens, cost."""

from collections.abc import Sequence
from decimal import Decimal

from core.bulk import array, fetch
from core.models import Project
from synth.costing import planned_cost, tokens_of
from synth.generate.configuration import GenerateConfig
from synth.generate.reading import in_use
from synth.generate.voices import Voice
from synth.models import Sampler
from synth.models.endpoint import LATEST

MEASURED = 1_000  # prompts, the first by key: keys are hashes, so these are a random sample
LENGTH = """
SELECT COALESCE(avg(length(messages::text) + COALESCE(length(system), 0)
                    + CASE WHEN %s THEN length(contexts::text) ELSE 0 END), 0)
  FROM (SELECT messages, system, contexts FROM core_prompt
         WHERE project_id = %s AND withdrawn IS NULL AND erased IS NULL ORDER BY key LIMIT %s) drawn
"""
THERE = """
SELECT count(*) FROM synth_sample s JOIN core_prompt p ON p.id = s.prompt_id
 WHERE s.sampler_id = ANY(%s) AND s.parent_id IS NULL AND s.number <= %s
   AND p.withdrawn IS NULL AND p.erased IS NULL AND (%s::varchar[] = '{}' OR p.tags && %s::varchar[])
"""


def plan_samples(project: Project, config: GenerateConfig, voices: Sequence[Voice]) -> dict[str, float]:
    """By name. Tokens are guessed from the length of prompts; answers are taken to be as long as they may be."""
    prompts = in_use(project, config).count()
    length = int(fetch(LENGTH, [config.contexts, project.pk, MEASURED])[0][0])
    there = [_there(project, config, voice) for voice in voices]
    wanted = [max(0, prompts * config.samples - count) for count in there]
    sent = [count * (length + len(voice.told["system"] or "")) for voice, count in zip(voices, wanted, strict=True)]
    return {
        "prompts": prompts,
        "answers to ask for": sum(wanted),
        "there already": sum(there),
        "tokens sent": sum(map(tokens_of, sent)),
        "tokens written, at most": sum(wanted) * config.max_tokens,
        "cost, at most": float(sum(map(_cost, voices, sent, wanted), Decimal(0))),
    }


def _cost(voice: Voice, characters: int, answers: int) -> Decimal:
    return planned_cost(voice.target, characters, answers, voice.sampling.max_tokens)


def _there(project: Project, config: GenerateConfig, voice: Voice) -> int:
    samplers = Sampler.objects.filter(project=project, key=voice.key)
    if voice.target.revision == LATEST:
        samplers = Sampler.objects.filter(project=project, config__contains=_but_revision(voice))
        samplers = samplers.order_by("-created")[:1]
    rows = fetch(THERE, [array(samplers.values_list("pk", flat=True)), config.samples, config.tags, config.tags])
    return int(rows[0][0])


def _but_revision(voice: Voice) -> dict[str, object]:
    """A plan asks no server which revision @latest is: it takes the newest that has written here."""
    return {key: value for key, value in voice.config.items() if key != "revision"}
