"""Annotators as a load generator in a process of its own: each answers what it is shown, again and again.

Reads one JSON object from its input, prints one. Knows nothing of Django, and only as much of HTTP as these pages need:
on two cores, whatever the generator takes the server lacks.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

SHOWN = re.compile(rb'hx-post="([^"]*/work/[0-9a-f-]{36})"')
MARK = re.compile(rb'name="client_id" value="([0-9a-f-]{36})"')
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
CSRF = "c" * 32


class Browser:
    """One connection that stays open, of one person."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, session: str) -> None:
        self.reader, self.writer = reader, writer
        of_person = f"Cookie: sessionid={session}; csrftoken={CSRF}\r\nX-CSRFToken: {CSRF}\r\nHX-Request: true\r\n"
        self.headers = f" HTTP/1.1\r\nHost: {host}\r\n{of_person if session else ''}".encode()

    async def get(self, path: bytes) -> bytes:
        return await self._answer(b"GET " + path + self.headers + b"\r\n")

    async def post(self, path: bytes, **form: str) -> bytes:
        body = urlencode(form).encode()
        about = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
        return await self._answer(b"POST " + path + self.headers + about + body)

    async def _answer(self, request: bytes) -> bytes:
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        body = await self.reader.readexactly(int(length[1]) if length else 0)
        if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 204 ")):  # 204: nothing comes after this one
            raise SystemExit(f"{head.decode()}{body[:300]!r} for {request[:200]!r}")
        return body


@asynccontextmanager
async def browser(url: str, session: str = "") -> AsyncIterator[Browser]:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=2**20)
    try:
        yield Browser(reader, writer, where.netloc, session)
    finally:
        writer.close()


def answer_to(html: bytes, number: int) -> dict[str, str]:
    mark = MARK.search(html)
    return {"client_id": mark[1].decode() if mark else "", "main": ("a1", "tie", "b2")[number % 3], "active_ms": "900"}


async def annotate(url: str, work: bytes, session: str, until: float, took: list[float]) -> None:
    """Answers until the time is over or nothing is left; a lap is a submit with the next comparison in its answer."""
    async with browser(url, session) as client:
        html = await client.get(work)
        for number in count():
            shown = SHOWN.search(html)
            if shown is None or time.perf_counter() > until:
                return
            answer = answer_to(html, number)
            began = time.perf_counter()
            html = await client.post(shown[1], **answer)
            took.append(time.perf_counter() - began)


async def annotate_ahead(url: str, work: bytes, session: str, until: float, took: list[float]) -> None:
    """As the page does it: the next comparison is fetched while one is read, and shown at once when that is sent.

    A lap is a submit alone, for that is what somebody waits for; what is fetched ahead costs the server its time.
    """
    async with browser(url, session) as client:
        html = await client.get(work)
        for number in count():
            ahead = await client.get(work + b"/ahead")
            shown, following = SHOWN.search(html), MARK.search(ahead)
            if shown is None or following is None or time.perf_counter() > until:
                return
            answer = answer_to(html, number)
            began = time.perf_counter()
            await client.post(shown[1], **answer, shown=following[1].decode())
            took.append(time.perf_counter() - began)
            html = ahead


async def look(url: str, until: float, took: list[float]) -> None:
    async with browser(url) as client:
        while time.perf_counter() < until:
            began = time.perf_counter()
            await client.get(b"/healthz")
            took.append(time.perf_counter() - began)


async def run(asked: dict[str, Any]) -> dict[str, Any]:
    took: list[float] = []
    began = time.perf_counter()
    until = began + asked["seconds"]
    if asked["bare"]:
        works = [look(asked["url"], until, took) for _ in range(asked["bare"])]
    else:
        one = annotate_ahead if asked["ahead"] else annotate
        work = asked["work"].encode()
        works = [one(asked["url"], work, session, until, took) for session in asked["sessions"]]
    await asyncio.gather(*works)
    return {"took": took, "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
