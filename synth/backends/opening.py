"""Open the backend of a target, and find out what its model is at the moment."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from core.errors import PrefereeError
from synth.backends.protocol import Backend

if TYPE_CHECKING:
    from synth.targets import Target

Opener = Callable[["Target"], Backend]
Resolver = Callable[["Target"], Awaitable["Target"]]
_openers: dict[str, Opener] = {}
_resolvers: dict[str, Resolver] = {}


def register(kind: str, opener: Opener, resolver: Resolver | None = None) -> None:
    """`resolver` gives the target with its model and revision as they are now, for `@latest`."""
    _openers[kind] = opener
    if resolver is not None:
        _resolvers[kind] = resolver


def open_backend(target: "Target") -> Backend:
    """Inside a running loop; whoever opens it closes it."""
    if target.kind not in _openers:
        raise PrefereeError(f"{target.name} is of the kind {target.kind}, which this installation does not know.")
    return _openers[target.kind](target)


async def as_it_is_now(target: "Target") -> "Target":
    """Raises PrefereeError or TransientError where that cannot be told."""
    if target.kind not in _resolvers:
        raise PrefereeError(f"The revision of {target.name} cannot be found out here. Name it on the page Endpoints.")
    return await _resolvers[target.kind](target)
