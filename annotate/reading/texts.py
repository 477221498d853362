"""The texts that people read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.conversation import text_of
from core.models import Comparison, Prompt, Response


def texts_of_prompt(prompt: Prompt) -> list[str]:
    texts = [text_of(message) for message in prompt.messages]
    texts += [context["text"] for context in prompt.contexts]
    return [*texts, *filter(None, (prompt.system, prompt.reference))]


def texts_of_response(response: Response) -> list[str]:
    return [text_of(message) for message in messages_of(response)]


def messages_of(response: Response) -> Sequence[Mapping[str, Any]]:
    return response.messages or [{"role": "assistant", "content": response.content}]


def texts_of(comparison: Comparison, responses: Iterable[Response]) -> list[str]:
    """Everything that a page with this comparison shows, as `rendered_many` takes it."""
    return [*texts_of_prompt(comparison.prompt), *(text for each in responses for text in texts_of_response(each))]
