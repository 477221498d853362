"""Endpoints as runs use them: looked up by name once, pinned to one model, and plain values from then on."""

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from core.errors import PrefereeError
from core.models import Project
from core.runs.steps import Destination, TransientError
from synth.backends.opening import as_it_is_now
from synth.models import Endpoint
from synth.models.endpoint import LATEST


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint with its model and revision as they are at the start of a run. Holds no key."""

    pk: int
    name: str
    kind: str
    address: str
    model: str
    revision: str
    family: str
    tokenizer: str
    external: bool
    key_variable: str
    structure: str
    logprobs: bool
    context: int | None
    concurrency: int
    requests_a_minute: int | None
    tokens_a_minute: int | None
    price_in: Decimal
    price_out: Decimal
    connect_seconds: float
    reply_seconds: float

    @property
    def identity(self) -> tuple[str, ...]:
        """What decides whether two replies come from the same model in the same place."""
        return self.kind, self.address, self.model, self.revision

    @property
    def author(self) -> str:
        """How what it writes is signed."""
        return f"{self.model}@{self.revision}" if self.revision else self.model

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON takes it, for a configuration."""
        return {key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(self).items()}


def endpoint_named(project: Project, name: str) -> Endpoint:
    """Raises PrefereeError, which names those that there are."""
    usable = Endpoint.objects.usable_in(project)
    found = usable.filter(name=name).first()
    if found is None:
        names = ", ".join(usable.order_by("name").values_list("name", flat=True)[:20]) or "none yet"
        raise PrefereeError(
            f"There is no endpoint “{name}” that {project.name} may use. There are: {names}. "
            "Staff add them on the page Endpoints."
        )
    return found


def target_of(endpoint: Endpoint, model: str = "", revision: str = "") -> Target:
    """With what was pinned before, where something was."""
    fields = {field: getattr(endpoint, field) for field in Target.__dataclass_fields__}
    return Target(**{**fields, **({"model": model} if model else {}), **({"revision": revision} if revision else {})})


def target_from(plain: Mapping[str, Any]) -> Target:
    """What `Target.plain` was made of."""
    prices = {name: Decimal(plain[name]) for name in ("price_in", "price_out")}
    return Target(**{**plain, **prices})


def pin_target(project: Project, name: str) -> Target:
    """The endpoint with the model and revision that it has now, for the whole run.

    Raises PrefereeError where there is no such endpoint, or it cannot say what it serves.
    """
    target = target_of(endpoint_named(project, name))
    if target.model and target.revision != LATEST:
        return target
    try:
        return _waited_for(target)
    except TransientError as error:
        raise PrefereeError(f"{error} It is asked which model it serves, so start again when it answers.") from error


async def resolved(target: Target) -> Target:
    """The same inside a loop; one that is pinned already stays as it is."""
    return target if target.model and target.revision != LATEST else await as_it_is_now(target)


def _waited_for(target: Target) -> Target:
    """In a thread of its own where a loop runs in this one already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(resolved(target))
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, resolved(target)).result()


def destinations(targets: Iterable[Target | Endpoint]) -> list[Destination]:
    """Where text goes, for the engine; a local model is nowhere else."""
    return [Destination(target.address, target.external) for target in targets if target.address]
