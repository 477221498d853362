"""Chat messages: which lists of turns are a conversation, and what text they hold."""

from typing import Any

from core.images.placing import image_as_markdown
from core.importing.interchange import Messages, RefusedLine, Text

ROLES = ("system", "user", "assistant", "tool")


def conversation(value: Any, place: str) -> Messages:
    """The messages of `value`, each with a known role and its content as one text; other keys are kept.

    Raises RefusedLine, naming the place, when `value` is not such a list.
    """
    if not isinstance(value, list) or not value:
        raise RefusedLine(f"{place}: expected a list of messages that is not empty.")
    return [_message(turn, f"{place}[{at}]") for at, turn in enumerate(value)]


def _message(turn: Any, place: str) -> dict[str, Any]:
    if not isinstance(turn, dict):
        raise RefusedLine(f"{place}: a message is an object with a role and a content.")
    role = turn.get("role")
    if role not in ROLES:
        raise RefusedLine(f"{place}.role: {_short(role)} is not one of {', '.join(ROLES)}.")
    content = turn.get("content")
    if type(content) is str:
        return turn
    return {**turn, "content": _joined(content, turn, place)}


def _joined(content: Any, turn: dict[str, Any], place: str) -> str:
    if content is None and turn.get("tool_calls"):
        return ""
    if not isinstance(content, list):
        raise RefusedLine(f"{place}.content: expected text or a list of text parts.")
    parts = [_part(part, f"{place}.content[{at}]") for at, part in enumerate(content)]
    return ("\n\n" if any(map(image_as_markdown, content)) else "").join(parts)


def _part(part: Any, place: str) -> str:
    kind = part.get("type", "text") if isinstance(part, dict) else None
    if kind == "text" and isinstance(part.get("text"), str):
        text: str = part["text"]
        return text
    if kind == "image_url" and (image := image_as_markdown(part)):
        return image
    if isinstance(kind, str) and kind != "text":
        raise RefusedLine(f"{place}: a part of type {_short(kind)} cannot be imported yet; text and image_url can.")
    raise RefusedLine(f"{place}: expected a part with the type 'text' and a text.")


def _short(value: Any) -> str:
    longest = 40
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}…"


def plain_text(messages: Messages, role: str) -> Text | None:
    """The text of a single message of this role that carries nothing else; None for all others."""
    if len(messages) == 1 and messages[0].keys() == {"role", "content"} and messages[0]["role"] == role:
        text: Text = messages[0]["content"]
        return text
    return None


def opening(prompt: Messages, system: Text | None) -> tuple[Text | Messages, Text | None]:
    """The prompt without its leading system messages, and the system text.

    Raises RefusedLine when the prompt says nothing, ends with an answer, or names another system text than `system`.
    """
    turns = conversation(prompt, "prompt")
    leading = next((at for at, turn in enumerate(turns) if turn["role"] != "system"), len(turns))
    if leading:
        own = "\n\n".join(turn["content"] for turn in turns[:leading])
        if system and system != own:
            raise RefusedLine("prompt[0]: the system message differs from the field `system`; give one of them.")
        system, turns = own, turns[leading:]
    if not any(turn["content"].strip() for turn in turns):
        raise RefusedLine("prompt: is empty.")
    if turns[-1]["role"] == "assistant":
        raise RefusedLine("prompt: ends with an assistant turn; the last turn must be the one to answer.")
    return plain_text(turns, "user") or turns, system


def answer(content: Messages, place: str) -> Text | Messages:
    """A response's messages; a single plain assistant message counts as its text. Raises RefusedLine."""
    turns = conversation(content, place)
    for which, turn in (("start", turns[0]), ("end", turns[-1])):
        if turn["role"] not in ("assistant", "tool"):
            raise RefusedLine(f"{place}: a response must {which} with an assistant turn, not one of {turn['role']}.")
    text = plain_text(turns, "assistant")
    return turns if text is None else text
