"""Chat messages as turns that can be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from core.ids import canonical
from core.images.placing import image_as_markdown

ROLES = {"user": "User", "assistant": "Assistant", "system": "System", "developer": "System", "tool": "Tool"}


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    html: SafeString


def turns(messages: Sequence[Mapping[str, Any]], html: Mapping[str, SafeString]) -> list[Turn]:
    """Each with its text as `html` has it."""
    return [Turn(role_of(message), html[text_of(message)]) for message in messages]


def role_of(message: Mapping[str, Any]) -> str:
    role = str(message.get("role", ""))
    return ROLES.get(role, role.capitalize())


def text_of(message: Mapping[str, Any]) -> str:
    """The words of a message; calls of tools and parts that are no text follow as JSON."""
    content = message.get("content")
    parts = content if isinstance(content, list) else [content]
    words = [_part(part) for part in parts if part is not None]
    words += [_as_json(call) for call in message.get("tool_calls") or []]
    return "\n\n".join(words)


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping) and isinstance(part.get("text"), str):
        return str(part["text"])
    return image_as_markdown(part) or _as_json(part)


def _as_json(value: Any) -> str:
    return f"```json\n{canonical(value)}\n```"


def first_words(messages: Sequence[Mapping[str, Any]], most: int = 80) -> str:
    """How a prompt is called where it is one of many: the beginning of the last message, on one line."""
    words = " ".join(text_of(messages[-1])[: 4 * most].split()) if messages else ""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
