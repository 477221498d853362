"""The texts that people read, and rendering them before anybody waits for it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.conversation import text_of
from core.models import Candidate, Comparison, Project, Prompt, Response
from core.renderings import rendered_many


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


def render_ahead(project: Project, comparisons: Iterable[Comparison]) -> None:
    """Whoever opens one of these waits for no rendering. Load the project before the comparisons."""
    of_each = {comparison.pk: comparison for comparison in comparisons}
    texts = [text for comparison in of_each.values() for text in texts_of_prompt(comparison.prompt)]
    for candidate in Candidate.objects.filter(comparison__in=of_each).select_related("response"):
        texts += texts_of_response(candidate.response)
    rendered_many(project, texts)
