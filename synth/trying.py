"""Try an endpoint: is it reached, how fast does it write, what can it do.

What a server sends is not ours: of it come out only counts, times and whether it fits, never a text or a header.
"""

import asyncio
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils import timezone

from core import audit
from core.errors import PrefereeError
from core.models import User
from core.runs.steps import PermanentError, TransientError
from synth.backends.opening import as_it_is_now, open_backend
from synth.backends.protocol import Failure, Reply, Request, Sampling
from synth.models import Endpoint, Kind
from synth.models.endpoint import Structure
from synth.targets import Target, target_of

CONNECT_SECONDS = 5.0
REPLY_SECONDS = 10.0
ALL_SECONDS = 25.0  # below the timeout of a page
WORDS = ({"role": "user", "content": "Count from 1 to 20, in digits, with a space between them."},)
ASKED = ({"role": "user", "content": 'Reply with a JSON object whose only field "ready" is true.'},)
SCHEMA = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}},
    "required": ["ready"],
    "additionalProperties": False,
}
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test said. None is not tried. `seconds` is how long the first reply took, `tokens` how many it had."""

    at: str
    reached: bool
    sentence: str = ""
    model: str = ""
    seconds: float | None = None
    tokens: int | None = None
    logprobs: bool | None = None
    schema: bool | None = None

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def pace(self) -> float | None:
        """Tokens a second."""
        return self.tokens / self.seconds if self.tokens and self.seconds else None


def tested_of(endpoint: Endpoint) -> Tested | None:
    """What the last test said; None where there was none that this version reads."""
    try:
        return Tested(**endpoint.tested) if endpoint.tested else None
    except TypeError:
        return None


def try_endpoint(endpoint: Endpoint, *, load: bool = False, by: User | None) -> Tested:
    """Try it now and keep what came of it. A local model is loaded only where `load` says so: that takes long."""
    if endpoint.kind == Kind.TRANSFORMERS and not load:
        said = _looked_at(endpoint)
    else:
        said = asyncio.run(_tried(target_of(endpoint), None if load else ALL_SECONDS))
    Endpoint.objects.filter(pk=endpoint.pk).update(tested=asdict(said))
    endpoint.tested = asdict(said)
    audit.record(
        "endpoint.test",
        project=None,
        actor=by,
        target=str(endpoint.public),
        name=endpoint.name,
        reached=said.reached,
    )
    return said


def _now() -> str:
    return timezone.now().isoformat(timespec="seconds")


def _looked_at(endpoint: Endpoint) -> Tested:
    """A local model lives with the workers. From here can be told whether its files and packages are here too."""
    missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
    if missing:
        return Tested(_now(), False, f"{' and '.join(missing)} cannot be imported here. Install preferee[models].")
    here = Path(endpoint.model) / "config.json"
    try:
        names = json.loads(here.read_text("utf-8")).get("architectures") or []
    except (OSError, ValueError, AttributeError):
        return Tested(_now(), False, "Its folder holds no config.json that can be read here. The workers may have it.")
    kind = next((name for name in names if isinstance(name, str) and name.isidentifier()), "a model")
    return Tested(_now(), True, "Its folder is here. It is loaded by the workers, not by this page.", model=kind[:100])


async def _tried(target: Target, most: float | None) -> Tested:
    quick = replace(
        target,
        connect_seconds=min(target.connect_seconds, CONNECT_SECONDS) if most else target.connect_seconds,
        reply_seconds=min(target.reply_seconds, REPLY_SECONDS) if most else target.reply_seconds,
    )
    try:
        async with asyncio.timeout(most):
            return await _asked(quick)
    except TimeoutError:
        return Tested(_now(), False, f"No reply within {ALL_SECONDS:g} seconds. Check that the server is up.")
    except (PrefereeError, TransientError) as error:
        return Tested(_now(), False, _short(error))


async def _asked(target: Target) -> Tested:
    """Which model it is, then three small questions: a text, one with probabilities, one that must fit a schema."""
    target = await _served(target)
    first = await _reply(target, Request(WORDS, Sampling(max_tokens=64)))
    if not isinstance(first, Reply):
        return Tested(_now(), False, _short(first))
    told = await _reply(replace(target, logprobs=True), Request(WORDS, Sampling(max_tokens=2), logprobs=2))
    held = Structure.SCHEMA.value if target.structure == Structure.NONE else target.structure
    fitted = await _reply(replace(target, structure=held), Request(ASKED, Sampling(max_tokens=64), schema=SCHEMA))
    return Tested(
        _now(),
        True,
        model=target.model[:LONGEST],
        seconds=round(first.seconds, 3),
        tokens=first.tokens_out,
        logprobs=isinstance(told, Reply) and any(place.top for place in told.places),
        schema=isinstance(fitted, Reply) and _fits(fitted.text),
    )


async def _served(target: Target) -> Target:
    """With the model that it has now; as it is set up where it does not tell, for not every server lists its models."""
    try:
        return await as_it_is_now(target)
    except PermanentError:
        if not target.model:
            raise
        return target


async def _reply(target: Target, request: Request) -> Reply | Failure:
    backend = open_backend(target)
    try:
        (said,) = await backend.generate([request])
    finally:
        await backend.close()
    return said


def _fits(text: str) -> bool:
    try:
        said: Any = json.loads(text)
    except ValueError:
        return False
    return isinstance(said, dict) and set(said) == {"ready"} and isinstance(said["ready"], bool)


def _short(error: Exception) -> str:
    said = " ".join(str(error).split())
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
