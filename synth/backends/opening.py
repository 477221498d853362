"""Open the backend of a target."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import PrefereeError
from synth.backends.protocol import Backend

if TYPE_CHECKING:
    from synth.targets import Target

Opener = Callable[["Target"], Backend]
_openers: dict[str, Opener] = {}


def register(kind: str, opener: Opener) -> None:
    _openers[kind] = opener


def open_backend(target: "Target") -> Backend:
    """Inside a running loop; whoever opens it closes it."""
    if target.kind not in _openers:
        raise PrefereeError(f"{target.name} is of the kind {target.kind}, which this installation does not know.")
    return _openers[target.kind](target)
