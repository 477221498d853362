"""Where an endpoint's address leads. It is looked up once, and what was checked then is what is connected to."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from core.addresses import Address, is_forbidden
from core.endpoints import ODD, addresses_of, host_of, is_inside_at
from core.runs.steps import PermanentError, TransientError

PORTS = {"http": 80, "https": 443}
WRITE = "Write it as http://HOST:PORT/v1 or https://HOST/v1."


@dataclass(frozen=True, slots=True)
class Place:
    """An address that may be asked, and the numbers that its host stood for when it was checked."""

    url: str
    host: str
    port: int
    numbers: tuple[Address, ...]


def checked_form(address: str) -> SplitResult:
    """Raises PermanentError where it is not the address of a server."""
    try:
        parts = urlsplit(address)
        fits = parts.scheme in PORTS and bool(host_of(address)) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or ODD.search(address) or parts.query or parts.fragment or "@" in parts.netloc:
        raise PermanentError(f"“{address[:200]}” is not the address of a model server. {WRITE}")
    return parts


def looked_up(address: str, *, external: bool) -> Place:
    """The place that the address leads to now.

    Raises PermanentError where nobody may ask there, and TransientError where the host is not known at the moment.
    """
    parts, host = checked_form(address), host_of(address)
    numbers = tuple(dict.fromkeys(addresses_of(host)))
    if not numbers:
        raise TransientError(f"The host {host} of “{address}” is not known here. Check the address and the network.")
    _refuse_forbidden(host, numbers)
    if not external and not is_inside_at(host, numbers):
        raise PermanentError(
            f"{host} lies outside, but the endpoint says that it is not external. Mark it as external, or name the "
            "host in PREFEREE_INSIDE_HOSTS."
        )
    return Place(address.rstrip("/"), host, parts.port or PORTS[parts.scheme], numbers)


def _refuse_forbidden(host: str, numbers: Sequence[Address]) -> None:
    for number in numbers:
        if is_forbidden(number):
            raise PermanentError(
                f"{host} leads to {number}, where no model answers: that address is for machines to ask about "
                "themselves, or for nobody. Give the address of a model server."
            )
