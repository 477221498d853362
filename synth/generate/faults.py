"""Answers that are to be improved, with what is wrong with them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from core.bulk import array, fetch
from core.models import Judge, Project, Response
from synth.generate.configuration import ImproveConfig
from synth.generate.critics import RESPONSES, Critique, Which
from synth.generate.reading import turns_of
from synth.generate.texts import Messages, conversation, own_prompts, parted, passages
from synth.judges.fencing import fenced, mark_of
from synth.judges.substitution import put_in
from synth.models import Sample

ROWS = """
SELECT r.id, r.key, r.content, p.id, p.key, p.messages::text, p.system, p.contexts::text
  FROM core_response r JOIN core_prompt p ON p.id = r.prompt_id
 WHERE r.id = ANY(%s) AND r.withdrawn IS NULL AND r.erased IS NULL AND p.withdrawn IS NULL AND p.erased IS NULL
"""
THERE = (
    "SELECT parent_id, number FROM synth_sample WHERE prompt_id = ANY(%s) AND parent_id = ANY(%s) AND sampler_id = %s"
)


@dataclass(frozen=True, slots=True)
class Faulty:
    """An answer, the conversation that it belongs to, and what critics said of it. Keys are those of the rows."""

    response: int
    key: bytes
    content: str
    prompt: int
    prompt_key: bytes
    spoken: str
    passages: str
    critiques: tuple[Critique, ...] = ()
    there: frozenset[int] = frozenset()

    @property
    def mark(self) -> str:
        said = [each.text for each in self.critiques]
        return mark_of([self.spoken, self.passages, self.content, *said], settings.SECRET_KEY)

    def messages(self, named: str) -> Messages:
        """By one of our prompt files: all that somebody else wrote is fenced."""
        system, text = own_prompts()[named].parts
        mark = self.mark
        values = {
            "nonce": mark,
            "prompt": fenced(self.spoken, mark, "conversation"),
            "contexts": f"{fenced(self.passages, mark, 'material')}\n" if self.passages else "",
            "answer": fenced(self.content, mark, "answer"),
            "critiques": "\n\n".join(_introduced(each, mark) for each in self.critiques),
        }
        return (
            {"role": "system", "content": put_in(system, values)},
            {"role": "user", "content": put_in(text, values)},
        )

    def criticised(self, text: str) -> "Faulty":
        return replace(self, critiques=(Critique(text),))


def improvable(project: Project, config: ImproveConfig, judge: Judge | None, sampler: int | None) -> QuerySet[Response]:
    """Answers in use that say something, were criticised, and have not all their better ones yet."""
    found = Response.objects.filter(project=project, withdrawn=None, erased=None, prompt__withdrawn=None)
    found = found.exclude(content="")
    if config.tags:
        found = found.filter(prompt__tags__overlap=config.tags)
    if not config.again:
        found = found.filter(parent=None)
    if judge is not None:
        found = found.filter(pk__in=_criticised(judge, config.which))
    if sampler is None:
        return found
    theirs = Sample.objects.filter(prompt=OuterRef("prompt"), sampler=sampler, parent=OuterRef("pk"))
    counted = theirs.filter(number__lte=config.samples).order_by().values("parent").annotate(count=Count("pk"))
    return found.annotate(there=Coalesce(Subquery(counted.values("count")), Value(0))).filter(there__lt=config.samples)


def _criticised(judge: Judge, which: Which) -> RawSQL:
    return RawSQL(RESPONSES, (judge.pk, which, which))  # noqa: S611


def faulty(ids: Sequence[int], sampler: int | None) -> list[Faulty]:
    """Without critiques; what is withdrawn or erased since is left out."""
    rows = fetch(ROWS, [array(ids)])
    there: dict[int, set[int]] = {}
    if sampler is not None:
        for parent, number in fetch(THERE, [array({row[3] for row in rows}), array(ids), sampler]):
            there.setdefault(parent, set()).add(number)
    return [_faulty(*row, there=frozenset(there.get(row[0], ()))) for row in rows]


def _faulty(
    pk: int,
    key: bytes,
    content: str,
    prompt: int,
    prompt_key: bytes,
    messages: str,
    system: str | None,
    contexts: str,
    *,
    there: frozenset[int],
) -> Faulty:
    own, turns = parted(turns_of(messages))
    turns = conversation("\n\n".join(filter(None, (system, own))), turns)
    spoken = "\n\n".join(f"[{each['role']}]\n{each['content']}" for each in turns)
    shown = passages(json.loads(contexts))
    return Faulty(pk, bytes(key), content, prompt, bytes(prompt_key), spoken, shown, there=there)


def _introduced(critique: Critique, mark: str) -> str:
    called = f", in whose words the answer is {critique.called}" if critique.called else ""
    return f"What a critic said{called}:\n{fenced(critique.text, mark, 'critique')}\n"
