"""Write answers as responses, in sets: the same text by the same author is one response, each sample a row of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.bulk import array, fetch, lock_project
from core.facts.marking import mark_prompts
from core.ids import content_key, response_key
from core.models import AuthorKind, Project, Response
from synth.generate.voices import Voice
from synth.models import Sample, Sampler

ROWS_A_STATEMENT = 1_000
TRUNCATED = "length"  # the finish reason of an answer that was cut off
ERASED = "SELECT id FROM core_prompt WHERE id = ANY(%s) AND erased IS NOT NULL"
PARENTS_ERASED = "SELECT id FROM core_response WHERE id = ANY(%s) AND erased IS NOT NULL"
RESPONSES = """
SELECT r.prompt_id, r.key, r.id FROM core_response r
  JOIN unnest(%s::bigint[], %s::bytea[]) AS wanted (prompt_id, key)
    ON wanted.prompt_id = r.prompt_id AND wanted.key = r.key
"""

Keys = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Written:
    """One answer to a prompt; `number` counts the samples of its voice, `parent` is the response that it improves."""

    prompt: int
    voice: Voice
    number: int
    seed: int
    content: str
    finish_reason: str
    parent: int | None = None

    @property
    def content_key(self) -> bytes:
        return content_key(self.content, None)

    @property
    def key(self) -> bytes:
        return response_key(AuthorKind.MODEL, self.voice.author, self.content_key)

    @property
    def is_truncated(self) -> bool:
        return self.finish_reason == TRUNCATED


def save_written(project: Project, answers: Sequence[Written]) -> int:
    """Repeated, it adds nothing; returns how many responses were new. Belongs into the caller's transaction.

    What was erased while the model wrote gets nothing: its text would come back with the answer.
    """
    lock_project(project.pk)
    answers = _standing(answers)
    responses = {(each.prompt, each.key): each for each in reversed(answers)}
    before = _response_ids(list(responses))
    Response.objects.bulk_create(
        [_response(project, each) for key, each in responses.items() if key not in before],
        ignore_conflicts=True,
        batch_size=ROWS_A_STATEMENT,
    )
    ids = _response_ids(list(responses))
    samplers = _samplers(project, {each.voice.key: each.voice for each in answers})
    Sample.objects.bulk_create(
        [_sample(each, samplers[each.voice.key], ids[each.prompt, each.key]) for each in answers],
        ignore_conflicts=True,
        batch_size=ROWS_A_STATEMENT,
    )
    mark_prompts(project.pk, sorted({prompt for prompt, _ in ids.keys() - before.keys()}))
    return len(ids) - len(before)


def _standing(answers: Sequence[Written]) -> list[Written]:
    gone = {pk for (pk,) in fetch(ERASED, [array({each.prompt for each in answers})])}
    parents = {each.parent for each in answers if each.parent is not None}
    orphaned = {pk for (pk,) in fetch(PARENTS_ERASED, [array(parents)])} if parents else set()
    return [each for each in answers if each.prompt not in gone and each.parent not in orphaned]


def _response_ids(keys: Sequence[Keys]) -> dict[Keys, int]:
    if not keys:
        return {}
    prompts, hashes = (list(each) for each in zip(*keys, strict=True))
    return {(prompt, bytes(key)): pk for prompt, key, pk in fetch(RESPONSES, [prompts, hashes])}


def _response(project: Project, answer: Written) -> Response:
    """Its parameters are those of the first sample that came to this text."""
    return Response(
        project=project,
        prompt_id=answer.prompt,
        key=answer.key,
        content_key=answer.content_key,
        author_kind=AuthorKind.MODEL,
        author=answer.voice.author,
        content=answer.content,
        parent_id=answer.parent,
        parameters={**answer.voice.config, "sample": answer.number, "sample_seed": answer.seed},
        finish_reason=answer.finish_reason,
        metadata={"truncated": True} if answer.is_truncated else {},
    )


def _samplers(project: Project, voices: Mapping[bytes, Voice]) -> dict[bytes, int]:
    Sampler.objects.bulk_create(
        [Sampler(project=project, key=key, config=voice.config) for key, voice in voices.items()],
        ignore_conflicts=True,
    )
    rows: Any = Sampler.objects.filter(project=project, key__in=list(voices)).values_list("key", "pk")
    return {bytes(key): pk for key, pk in rows}


def _sample(answer: Written, sampler: int, response: int) -> Sample:
    return Sample(
        sampler_id=sampler,
        prompt_id=answer.prompt,
        parent_id=answer.parent,
        number=answer.number,
        response_id=response,
        finish_reason=answer.finish_reason,
    )
