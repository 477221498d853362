"""The official client of one server: it connects to the address that was checked, and follows nothing.

Imports openai and aiohttp, so it is itself imported where a server is opened.
"""

from functools import cache
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp
import httpx2
import openai
import yarl
from multidict import CIMultiDict
from openai._models import FinalRequestOptions
from openai._vendor.httpx_aiohttp.transport import AiohttpTransport

from core.pinning import Checked
from synth.backends.addresses import Place

if TYPE_CHECKING:
    from synth.targets import Target

KEEPALIVE_SECONDS = 30.0
KEPT = ("Content-Type", "Retry-After", "Location")
OK = 200
LONGEST_BODY = 64 * 1024 * 1024


class TooMuch(Exception):
    """An answer is longer than LONGEST_BODY."""


def client_of(target: "Target", place: Place, key: str) -> "Client":
    """Inside a running loop, to which it is bound; whoever opens it closes it."""
    timeout = httpx2.Timeout(target.reply_seconds, connect=target.connect_seconds)
    verify = _certificates() if place.url.startswith("https:") else SSLContext(PROTOCOL_TLS_CLIENT)
    transport = Transport(_session(target, place, verify), verify)
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
    ).opened(transport, key)


class Client(openai.AsyncOpenAI):
    """The official client, which makes the request of each path once: after that only the body differs.

    Making it anew for each body, and objects of each answer, takes the processor longer than all the rest.
    """

    _transport: "Transport"
    _each: Any
    _prepared: dict[str, "Prepared"]

    def opened(self, transport: "Transport", key: str) -> "Client":
        """Without a key, the client wants that said of each request."""
        self._transport, self._prepared = transport, {}
        self._each = {} if key else {"headers": {"Authorization": openai.Omit()}}
        return self

    async def told(self, path: str) -> bytes:
        response: httpx2.Response = await self.get(path, cast_to=httpx2.Response, options=self._each)
        return response.content

    async def answered(self, path: str, body: bytes) -> bytes:
        """Raises the client's own errors for a status, and those of httpx2 where nothing came."""
        if path not in self._prepared:
            self._prepared[path] = self._prepare(path)
        like, made = self._prepared[path]
        answer, said = await self._transport.exchanged(like.method, made, body)
        if answer.status == OK:
            return said
        raise self._make_status_error_from_response(_response(answer, said, like))

    def _prepare(self, path: str) -> "Prepared":
        options = FinalRequestOptions.construct(method="post", url=path, content=b"{}", **self._each)
        request = self._build_request(options)
        return Prepared(request, sendable(request))


class Sendable(NamedTuple):
    """What aiohttp wants of a request, apart from its body."""

    url: yarl.URL
    headers: CIMultiDict[str]


class Prepared(NamedTuple):
    request: httpx2.Request
    sendable: Sendable


def sendable(request: httpx2.Request) -> Sendable:
    """aiohttp counts the body itself."""
    headers = CIMultiDict(request.headers.multi_items())
    headers.pop("Content-Length", None)
    return Sendable(yarl.URL(str(request.url), encoded=True), headers)


class Transport(AiohttpTransport):
    """The client's own transport over aiohttp, for requests whose addresses and headers are made once."""

    def __init__(self, session: aiohttp.ClientSession, verify: SSLContext) -> None:
        super().__init__(client=session, verify=verify)
        self._session = session

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return _response(*await self.exchanged(request.method, sendable(request), request.read()), request)

    async def exchanged(self, method: str, to: Sendable, body: bytes) -> tuple[aiohttp.ClientResponse, bytes]:
        """The answer and all that it says."""
        try:
            async with self._session.request(
                method, to.url, headers=to.headers, data=body or None, allow_redirects=False
            ) as answer:
                return answer, await _whole(answer)
        except TimeoutError as error:
            raise httpx2.ReadTimeout("No answer in time.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise httpx2.ConnectError("No connection, or one that broke.") from error


def _response(answer: aiohttp.ClientResponse, said: bytes, request: httpx2.Request) -> httpx2.Response:
    kept = [(name, answer.headers[name]) for name in KEPT if name in answer.headers]
    return httpx2.Response(answer.status, headers=kept, content=said, request=request)


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


def _session(target: "Target", place: Place, verify: SSLContext) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        resolver=Checked(place.numbers), limit=target.concurrency, ssl=verify, keepalive_timeout=KEEPALIVE_SECONDS
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=target.reply_seconds, sock_connect=target.connect_seconds),
    )


@cache
def _certificates() -> SSLContext:
    """Reading them takes longer than many a batch."""
    return httpx2.create_ssl_context(trust_env=False)


def _headers() -> dict[str, Any]:
    """Nothing that the client would take from the environment, and no compression, which could unpack to anything."""
    left_out = dict.fromkeys(("OpenAI-Organization", "OpenAI-Project"), openai.Omit())
    return {"Accept-Encoding": "identity", "User-Agent": "preferee", **left_out}
