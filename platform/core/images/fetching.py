"""The bytes of an image: from the open internet, by a worker, once, or out of its own address."""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from core.addresses import Address, is_public
from core.endpoints import ODD, addresses_of, host_of, is_inside_at
from core.images.placing import is_image_itself
from core.runs.steps import PermanentError, TransientError

if TYPE_CHECKING:
    import aiohttp

PORTS = {"http": (80,), "https": (443,)}
MOST_BYTES = 10_000_000
SECONDS = 20.0
OK, TOO_MANY, BROKEN = 200, 429, 500
HEADERS = {"Accept": "image/webp, image/png, image/jpeg, image/gif", "Accept-Encoding": "identity"}


async def image_bytes(address: str) -> bytes:
    """Raises PermanentError where there is no image for us, TransientError where there may be one later."""
    if is_image_itself(address):
        return _written_out(address)
    numbers = await asyncio.to_thread(checked, address)
    import aiohttp

    try:
        async with (
            asyncio.timeout(SECONDS),
            _session(numbers) as session,
            session.get(address, allow_redirects=False) as answer,
        ):
            return await _body(answer)
    except TimeoutError as error:
        raise TransientError(f"It did not come within {SECONDS:.0f} seconds.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise TransientError("There was no connection, or it broke.") from error


def checked(address: str) -> list[Address]:
    """The numbers that the address leads to, all of them on the open internet.

    Raises PermanentError where it leads anywhere else, and TransientError where the host is not known at the moment.
    """
    host = host_of(address)
    if not host or not _is_plain(address):
        raise PermanentError("Its address is not one of the web: http or https, their own ports, no password.")
    numbers = list(dict.fromkeys(addresses_of(host)))
    if not numbers:
        raise TransientError(f"The host {host} is not known here.")
    if is_inside_at(host, numbers) or not all(map(is_public, numbers)):
        raise PermanentError(f"{host} leads inside, where no image of a text is fetched.")
    return numbers


def _is_plain(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    known = PORTS.get(parts.scheme, ())
    return bool(known) and (port is None or port in known) and "@" not in parts.netloc and not ODD.search(address)


def _session(numbers: Sequence[Address]) -> "aiohttp.ClientSession":
    """Without cookies, the environment's proxy, or whatever the name means by the time of connecting."""
    import aiohttp

    from core.pinning import Checked

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=Checked(numbers)),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        headers={**HEADERS, "User-Agent": "preferee"},
    )


async def _body(answer: "aiohttp.ClientResponse") -> bytes:
    if answer.status == TOO_MANY or answer.status >= BROKEN:
        raise TransientError(f"Its server answered {answer.status}.")
    if answer.status != OK:
        told = "with a redirect, which is not followed" if 300 <= answer.status < 400 else str(answer.status)
        raise PermanentError(f"Its server answered {told}.")
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > MOST_BYTES:
            raise PermanentError(f"It is larger than {MOST_BYTES // 1_000_000} MB.")
    return bytes(body)


def _written_out(address: str) -> bytes:
    try:
        return base64.b64decode(unquote(address.partition(",")[2]), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PermanentError("What stands in its address is no image.") from error
