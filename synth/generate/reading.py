"""Which prompts still lack answers, and what a model needs to see of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from core.bulk import array, fetch
from core.conversation import text_of
from core.models import Project, Prompt
from synth.generate.configuration import GenerateConfig
from synth.generate.texts import Messages, conversation, parted, system_of, with_passages
from synth.generate.voices import Voice
from synth.models import Sample, Sampler

PROMPTS = """
SELECT id, key, messages::text, system, contexts::text FROM core_prompt
 WHERE id = ANY(%s) AND erased IS NULL AND withdrawn IS NULL
"""
THERE = """
SELECT s.prompt_id, g.key, s.number FROM synth_sample s JOIN synth_sampler g ON g.id = s.sampler_id
 WHERE s.prompt_id = ANY(%s) AND s.sampler_id = ANY(%s) AND s.parent_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt as a model sees it; `there`: which samples of which voice it has, by the voice's key and a number."""

    prompt: int
    key: bytes
    turns: Messages
    system: str
    contexts: Sequence[Mapping[str, Any]] = ()
    there: frozenset[tuple[bytes, int]] = frozenset()

    def messages(self, config: GenerateConfig, voice: Voice) -> Messages:
        system = system_of(self.system, voice.told["system"], config.systems_are)
        return conversation(with_passages(system, self.contexts if config.contexts else ()), self.turns)


def samplers_of(project: Project, keys: Sequence[bytes]) -> dict[bytes, int]:
    """The rows of those that have written something here already, by key."""
    rows = Sampler.objects.filter(project=project, key__in=list(keys)).values_list("key", "pk")
    return {bytes(key): pk for key, pk in rows}


def lacking(project: Project, config: GenerateConfig, samplers: Sequence[int], wanted: int) -> QuerySet[Prompt]:
    """Prompts in use with fewer than `wanted` samples of these samplers together."""
    prompts = in_use(project, config)
    if not samplers:
        return prompts
    theirs = Sample.objects.filter(prompt=OuterRef("pk"), sampler__in=samplers, parent=None)
    counted = theirs.filter(number__lte=config.samples).order_by().values("prompt").annotate(count=Count("pk"))
    count = Coalesce(Subquery(counted.values("count")), Value(0))
    return prompts.annotate(there=count).filter(there__lt=wanted)


def in_use(project: Project, config: GenerateConfig) -> QuerySet[Prompt]:
    prompts = Prompt.objects.filter(project=project, withdrawn=None, erased=None)
    return prompts.filter(tags__overlap=config.tags) if config.tags else prompts


def asked(ids: Sequence[int], samplers: Mapping[bytes, int]) -> list[Asked]:
    """What is withdrawn or erased since is left out."""
    there: dict[int, set[tuple[bytes, int]]] = {}
    for prompt, key, number in fetch(THERE, [array(ids), array(samplers.values())]):
        there.setdefault(prompt, set()).add((bytes(key), number))
    return [_asked(*row, there=there.get(row[0], set())) for row in fetch(PROMPTS, [array(ids)])]


def _asked(pk: int, key: bytes, messages: str, system: str | None, contexts: str, *, there: set[Any]) -> Asked:
    own, turns = parted(turns_of(messages))
    texts = "\n\n".join(filter(None, (system, own)))
    return Asked(pk, bytes(key), turns, texts, json.loads(contexts), frozenset(there))


def turns_of(messages: str) -> Messages:
    """From the row's JSON, with words alone: parts that are no text, and calls of tools, are written out as JSON."""
    return tuple({"role": str(each.get("role", "user")), "content": text_of(each)} for each in json.loads(messages))
