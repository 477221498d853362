"""A client of one server that connects to the address that was checked, follows nothing and reads no environment.

Imports openai and aiohttp, so it is itself imported where a server is opened.
"""

import socket
from functools import cache
from ssl import SSLContext
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx2
import openai
from aiohttp.abc import AbstractResolver, ResolveResult
from openai._vendor.httpx_aiohttp.transport import AiohttpTransport  # what DefaultAioHttpClient would make for itself

from synth.backends.addresses import Place

if TYPE_CHECKING:
    from synth.targets import Target

KEEPALIVE_SECONDS = 30.0


def client_of(target: "Target", place: Place, key: str) -> openai.AsyncOpenAI:
    """Inside a running loop, to which it is bound; whoever opens it closes it."""
    timeout = httpx2.Timeout(target.reply_seconds, connect=target.connect_seconds)
    http = openai.DefaultAioHttpClient(
        transport=AiohttpTransport(client=_session(place, target.concurrency), verify=_certificates()),
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
    )
    return openai.AsyncOpenAI(
        base_url=place.url,
        api_key=key or "none",
        admin_api_key="",
        organization="",
        project="",
        webhook_secret="",
        default_headers=_headers(),
        timeout=timeout,
        max_retries=0,
        http_client=http,
    )


def _session(place: Place, most: int) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        resolver=Checked(place), limit=most, ssl=_certificates(), keepalive_timeout=KEEPALIVE_SECONDS
    )
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


class Checked(AbstractResolver):
    """Whatever the name may mean by now, it leads to the numbers that were checked; TLS still asks for the name."""

    def __init__(self, place: Place) -> None:
        self._numbers = place.numbers

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(number),
                port=port,
                family=socket.AF_INET if number.version == 4 else socket.AF_INET6,
                proto=0,
                flags=0,
            )
            for number in self._numbers
        ]

    async def close(self) -> None:
        pass


@cache
def _certificates() -> SSLContext:
    """Reading them takes longer than many a batch."""
    return httpx2.create_ssl_context(trust_env=False)


def _headers() -> dict[str, Any]:
    """Nothing that the client would take from the environment, and no compression, which could unpack to anything."""
    left_out = dict.fromkeys(("OpenAI-Organization", "OpenAI-Project"), openai.Omit())
    return {"Accept-Encoding": "identity", "User-Agent": "preferee", **left_out}


def options_of(key: str) -> Any:
    """What every request is sent with: without a key, the client wants that said each time."""
    return {} if key else {"headers": {"Authorization": openai.Omit()}}
