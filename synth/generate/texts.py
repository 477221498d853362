"""What a model is sent for a prompt. No Django here."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from synth.judges.prompt_files import PromptFile, prompts_in
from synth.judges.substitution import put_in

Messages = tuple[Mapping[str, str], ...]


@cache
def own_prompts() -> dict[str, PromptFile]:
    """By name: what models are told here."""
    return prompts_in("synth.generate", "prompts")


def system_of(own: str, given: str | None, place: str) -> str:
    """`given` None leaves the prompt's own; else it stands instead of it, or before it."""
    if given is None:
        return own
    return "\n\n".join(filter(None, (given, own))) if place == "before" else given


def with_passages(system: str, contexts: Sequence[Mapping[str, Any]]) -> str:
    """The system text, then the prompt's contexts."""
    if not contexts:
        return system
    (text,) = own_prompts()["contexts"].parts
    return "\n\n".join(filter(None, (system, put_in(text, {"passages": passages(contexts)}))))


def passages(contexts: Sequence[Mapping[str, Any]]) -> str:
    """Numbered, each under its title where it has one."""
    return "\n\n".join(_passage(number, context) for number, context in enumerate(contexts, start=1))


def conversation(system: str, turns: Messages) -> Messages:
    """The turns under the system text. Chat templates know one system message, and that at the beginning."""
    return ({"role": "system", "content": system}, *turns) if system else turns


def parted(messages: Messages) -> tuple[str, Messages]:
    """The system texts that the conversation begins with, and the turns after them."""
    at = next((at for at, message in enumerate(messages) if message["role"] != "system"), len(messages))
    return "\n\n".join(message["content"] for message in messages[:at]), messages[at:]


def unfenced(text: str, mark: str) -> str:
    """Without the lines by which a model repeats the fences of what it was shown, and blanks around the rest."""
    return "\n".join(line for line in text.split("\n") if mark not in line).strip()


def _passage(number: int, context: Mapping[str, Any]) -> str:
    title = str(context.get("title") or "").strip()
    return f"[{number}] {title}\n{context.get('text', '')}" if title else f"[{number}] {context.get('text', '')}"
