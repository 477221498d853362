"""OpenAI-compatible servers, without the packages that talk to them: those are imported when one is opened."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.runs.steps import PermanentError
from synth.backends.protocol import Backend

if TYPE_CHECKING:
    from synth.backends.bodies import Served
    from synth.targets import Target

LATEST = "@latest"
NAMED_AT_MOST = 10


def opened(target: "Target") -> Backend:
    """Inside a running loop. Raises PermanentError where the address or the key cannot be used."""
    from synth.backends.openai import OpenAI

    return OpenAI(target)


async def as_it_is_now(target: "Target") -> "Target":
    """The target with the model that it serves and what the server says of its revision.

    Raises TransientError where it does not answer, PermanentError where it does not serve the model.
    """
    from synth.backends.openai import OpenAI

    backend = OpenAI(target)
    try:
        told = await backend.models()
    finally:
        await backend.close()
    if isinstance(told, Exception):
        raise told
    served = _chosen(target, told)
    revision = revision_of(served) if target.revision == LATEST else target.revision
    return replace(target, model=served.id, revision=revision, context=target.context or served.max_model_len)


def _chosen(target: "Target", told: "list[Served]") -> "Served":
    names = ", ".join(each.id[:80] for each in told[:NAMED_AT_MOST]) or "none"
    if not target.model:
        if len(told) != 1:
            raise PermanentError(f"{target.name} does not say which model, and its server has: {names}. Name one.")
        return told[0]
    found = next((each for each in told if each.id == target.model), None)
    if found is None:
        raise PermanentError(f"{target.name} serves no model “{target.model}”. It serves: {names}.")
    return found


def revision_of(served: "Served", today: datetime | None = None) -> str:
    """What the server says: where the model comes from, or when it was made; else the day on which it was asked.

    vLLM tells the moment of asking as `created`, so that one counts only where it is long past.
    """
    now = today or datetime.now(UTC)
    if served.root and served.root != served.id:
        return served.root[:100]
    if served.created and (made := datetime.fromtimestamp(served.created, UTC)) < now.replace(hour=0, minute=0):
        return made.date().isoformat()
    return f"as of {now.date().isoformat()}"
