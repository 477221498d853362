"""Annotators as a load generator in a process of its own: each answers what it is shown, again and again.

Reads one JSON object from its input, prints one. Knows nothing of Django.
"""

import asyncio
import json
import re
import sys
import time
from itertools import count
from typing import Any

import aiohttp

SHOWN = re.compile(r'hx-post="([^"]*/work/[0-9a-f-]{36})"')
MARK = re.compile(r'name="client_id" value="([0-9a-f-]{36})"')
CSRF = "c" * 32


def browser(session: str) -> aiohttp.ClientSession:
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "HX-Request": "true",
    }
    return aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.DummyCookieJar())


async def annotate(url: str, work: str, session: str, until: float, took: list[float]) -> None:
    """Answers until the time is over or nothing is left; a lap is a submit with the next comparison in its answer."""
    async with browser(session) as client:
        html = await text_of(await client.get(url + work))
        for number in count():
            shown = SHOWN.search(html)
            if shown is None or time.perf_counter() > until:
                return
            data = {"client_id": MARK.search(html)[1], "main": ("a1", "tie", "b2")[number % 3], "active_ms": "900"}
            began = time.perf_counter()
            html = await text_of(await client.post(url + shown[1], data=data))
            took.append(time.perf_counter() - began)


async def annotate_ahead(url: str, work: str, session: str, until: float, took: list[float]) -> None:
    """As the page does it: the next comparison is fetched while one is read, and shown at once when that is sent.

    A lap is a submit alone, for that is what somebody waits for; what is fetched ahead costs the server its time.
    """
    async with browser(session) as client:
        html = await text_of(await client.get(url + work))
        for number in count():
            ahead = await text_of(await client.get(f"{url}{work}/ahead"))
            shown, following = SHOWN.search(html), MARK.search(ahead)
            if shown is None or following is None or time.perf_counter() > until:
                return
            data = {"client_id": MARK.search(html)[1], "main": ("a1", "tie", "b2")[number % 3], "active_ms": "900"}
            began = time.perf_counter()
            await text_of(await client.post(url + shown[1], data={**data, "shown": following[1]}))
            took.append(time.perf_counter() - began)
            html = ahead


async def look(url: str, until: float, took: list[float]) -> None:
    async with aiohttp.ClientSession() as client:
        while time.perf_counter() < until:
            began = time.perf_counter()
            await text_of(await client.get(f"{url}/healthz"))
            took.append(time.perf_counter() - began)


async def text_of(response: aiohttp.ClientResponse) -> str:
    text = await response.text()
    if response.status != 200:
        raise SystemExit(f"{response.status} for {response.url}: {text[:300]}")
    return text


async def run(asked: dict[str, Any]) -> dict[str, Any]:
    took: list[float] = []
    began = time.perf_counter()
    until = began + asked["seconds"]
    if asked["bare"]:
        works = [look(asked["url"], until, took) for _ in range(asked["bare"])]
    else:
        one = annotate_ahead if asked["ahead"] else annotate
        works = [one(asked["url"], asked["work"], session, until, took) for session in asked["sessions"]]
    await asyncio.gather(*works)
    return {"took": took, "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
