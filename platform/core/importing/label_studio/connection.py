"""A connection to one server: to the address that its host had at first, without detours, and never without an end.

Imports httpx, which comes with label-studio-sdk.
"""

import socket
from collections.abc import Iterator
from typing import cast

import httpx

from core.importing.limits import MIB

PAGE_BYTES = 64 * MIB
SECONDS = 60.0


class TooMuch(Exception):
    """An answer is longer than PAGE_BYTES."""


class Elsewhere(Exception):
    """The server wants us to ask another one."""


def client(address: str) -> httpx.Client:
    """Raises OSError where the host has no address."""
    return httpx.Client(
        transport=Pinned(httpx.URL(address)),
        timeout=SECONDS,
        follow_redirects=False,
        trust_env=False,
        headers={"Accept-Encoding": "identity"},
    )


class Pinned(httpx.BaseTransport):
    """The host is looked up once, so that what was allowed is what is asked."""

    def __init__(self, url: httpx.URL) -> None:
        self._origin = _origin(url)
        self._host = url.host
        found = socket.getaddrinfo(url.host, url.port or self._origin[2], type=socket.SOCK_STREAM)
        self._address = str(found[0][4][0])
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if _origin(request.url) != self._origin:
            raise Elsewhere(request.url.host)
        request.extensions = {**request.extensions, "sni_hostname": self._host}
        request.url = request.url.copy_with(host=self._address)
        response = self._inner.handle_request(request)
        if response.is_redirect:
            response.close()
            raise Elsewhere("a redirect")
        if response.headers.get("content-encoding", "identity") != "identity":
            response.close()
            raise TooMuch  # what it unpacks to has no end
        response.stream = _Ending(cast(httpx.SyncByteStream, response.stream))
        return response

    def close(self) -> None:
        self._inner.close()


class _Ending(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for part in self._inner:
            read += len(part)
            if read > PAGE_BYTES:
                raise TooMuch
            yield part

    def close(self) -> None:
        self._inner.close()


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}[url.scheme]
