"""The official client of one server: it connects to the address that was checked, and follows nothing.

Imports openai and aiohttp, so it is itself imported where a server is opened.
"""

import socket
from functools import cache
from ssl import SSLContext
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx2
import openai
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult
from openai._models import FinalRequestOptions
from openai._vendor.httpx_aiohttp.transport import AiohttpTransport, map_aiohttp_exceptions

from synth.backends.addresses import Place

if TYPE_CHECKING:
    from synth.targets import Target

KEEPALIVE_SECONDS = 30.0
LONGEST_BODY = 64 * 1024 * 1024


class TooMuch(Exception):
    """An answer is longer than LONGEST_BODY."""


def client_of(target: "Target", place: Place, key: str) -> "Client":
    """Inside a running loop, to which it is bound; whoever opens it closes it."""
    timeout = httpx2.Timeout(target.reply_seconds, connect=target.connect_seconds)
    transport = Transport(_session(target, place), place)
    http = openai.DefaultAioHttpClient(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False)
    return Client(
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
    ).opened(key)


class Client(openai.AsyncOpenAI):
    """The official client, which makes the request of each path once: after that only the body differs.

    Making it anew takes it longer than all the rest of a request.
    """

    _prepared: dict[str, tuple[FinalRequestOptions, httpx2.Request, httpx2.Headers]]
    _each: Any

    def opened(self, key: str) -> "Client":
        """Without a key, the client wants that said of each request."""
        self._prepared = {}
        self._each = {} if key else {"headers": {"Authorization": openai.Omit()}}
        return self

    async def told(self, path: str) -> bytes:
        response: httpx2.Response = await self.get(path, cast_to=httpx2.Response, options=self._each)
        return response.content

    async def answered(self, path: str, body: bytes) -> bytes:
        """Raises what the client raises."""
        if path not in self._prepared:
            self._prepare(path)
        options = self._prepared[path][0].model_copy()
        options.content = body
        response = await self.request(httpx2.Response, options)
        return response.content

    def _prepare(self, path: str) -> None:
        options = FinalRequestOptions.construct(method="post", url=path, content=b"{}", **self._each)
        request = super()._build_request(options)
        kept = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
        self._prepared[path] = options, request, httpx2.Headers(kept)

    def _build_request(self, options: FinalRequestOptions, *, retries_taken: int = 0) -> httpx2.Request:
        if options.url not in self._prepared:
            return super()._build_request(options, retries_taken=retries_taken)
        _, like, headers = self._prepared[options.url]
        body: Any = options.content
        return httpx2.Request(like.method, like.url, headers=headers, content=body, extensions=like.extensions)


class Transport(AiohttpTransport):
    """The client's own transport over aiohttp, with what is the same for each request made once."""

    def __init__(self, session: aiohttp.ClientSession, place: Place) -> None:
        super().__init__(client=session, verify=_certificates())
        self._session = session
        self._urls: dict[str, yarl.URL] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        with map_aiohttp_exceptions():
            async with self._session.request(
                request.method,
                self._url(request),
                headers=request.headers.multi_items(),
                data=request.content or None,
                allow_redirects=False,
            ) as answer:
                return httpx2.Response(answer.status, headers=answer.raw_headers, content=await _whole(answer))

    def _url(self, request: httpx2.Request) -> yarl.URL:
        """Paths are few, and their addresses were checked."""
        said = str(request.url)
        if said not in self._urls:
            self._urls[said] = yarl.URL(said, encoded=True)
        return self._urls[said]


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """Raises TooMuch before it is all in memory."""
    if (answer.content_length or 0) <= LONGEST_BODY and "Content-Length" in answer.headers:
        return await answer.read()
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > LONGEST_BODY:
            raise TooMuch
    return bytes(body)


def _session(target: "Target", place: Place) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        resolver=Checked(place), limit=target.concurrency, ssl=_certificates(), keepalive_timeout=KEEPALIVE_SECONDS
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(sock_connect=target.connect_seconds, sock_read=target.reply_seconds),
    )


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
