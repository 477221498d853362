"""Responses with what they answer, a prompt's together, as they are measured."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from core.conversation import text_of
from core.models import Project, Prompt, Response
from synth.backends.protocol import Message

TRUNCATED = ("length", "max_tokens")


@dataclass(frozen=True, slots=True)
class Answer:
    """`by_itself`: the model ended it, as far as is known. `wanted`: this one is an input, and not only beside one."""

    response: int
    text: str
    by_itself: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt and all answers to it that can be measured. `system` holds its contexts too."""

    prompt: int
    key: bytes
    messages: tuple[Message, ...]
    system: str
    answers: tuple[Answer, ...]

    @property
    def last_turn(self) -> str:
        """What the user said last."""
        said = [message["content"] for message in self.messages if message["role"] == "user"]
        return said[-1] if said else ""


def measurable(project: Project) -> "QuerySet[Response]":
    """What has one text and is in use; an answer of several messages has no likelihood as one."""
    return _plain_answers().filter(project=project, prompt__withdrawn=None, prompt__erased=None)


def asked_of(response_ids: Sequence[int]) -> list[Asked]:
    """The prompts of these responses, each with all its answers: whether tokens are approximate is decided for all of
    a prompt's alike."""
    wanted = set(response_ids)
    prompts = Prompt.objects.filter(responses__in=wanted, withdrawn=None, erased=None).distinct()
    rows = list(prompts.order_by("pk").values_list("pk", "key", "messages", "system", "contexts"))
    answers: dict[int, list[Answer]] = defaultdict(list)
    plain = _plain_answers().filter(prompt__in=[row[0] for row in rows])
    for pk, prompt, text, reason in plain.order_by("pk").values_list("pk", "prompt", "content", "finish_reason"):
        answers[prompt].append(Answer(pk, text, reason.casefold() not in TRUNCATED, pk in wanted))
    return [
        Asked(pk, bytes(key), _plain(messages), _system(system, contexts), tuple(answers[pk]))
        for pk, key, messages, system, contexts in rows
    ]


def _plain_answers() -> "QuerySet[Response]":
    return Response.objects.filter(withdrawn=None, erased=None, messages__isnull=True).exclude(content="")


def _plain(messages: Sequence[Mapping[str, object]]) -> tuple[Message, ...]:
    """Roles and words, as chat templates take them."""
    return tuple({"role": str(message.get("role", "user")), "content": text_of(message)} for message in messages)


def _system(system: str | None, contexts: Sequence[Mapping[str, str]]) -> str:
    parts = [system or "", *(f"{context.get('title') or 'Context'}:\n{context['text']}" for context in contexts)]
    return "\n\n".join(filter(None, parts))
