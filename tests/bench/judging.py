"""Asking a judge's questions of a server at 50 ms: requests a second through our store, over a bare aiohttp loop's.

The server is the tests' own, in its own process; every reply is stored before the next request is sent in its place.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from measures import gate, print_load, print_table
from stand import ROOT, database

from core.bulk import fetch
from core.models import Project
from core.projects import create_project
from synth.asking import ask
from synth.backends.protocol import Reply, Request, Sampling
from synth.models import Endpoint
from synth.targets import Target, target_of

LATENCY, IN_FLIGHT = 0.05, 64
COMPARISONS, ORDERS = 2_000, 2
LEAST_OF_BARE, LEAST_OF_CLIENT = 0.85, 0.95
TEXT = "The answer to this question depends on what is meant by it, so let us look at it more closely. " * 8
NAMES = ("a bare aiohttp loop", "the openai client's own loop", "ask, replies stored")

Messages = tuple[dict[str, str], ...]
Loop = Callable[[str, list[Messages]], Awaitable[None]]


def messages(count: int) -> list[Messages]:
    """Two orders of each comparison, of the length of a short judge prompt."""
    system = {"role": "system", "content": "You compare two answers. End with [[A]] or [[B]]."}
    return [(system, {"role": "user", "content": f"{number}: {TEXT}\n\n{TEXT}"}) for number in range(count)]


def body_of(each: Messages) -> dict[str, Any]:
    return {"model": "tiny", "messages": each, "max_tokens": 1024, "temperature": 0.0}


async def spread(count: int, one: Callable[[int], Awaitable[None]]) -> None:
    turns = iter(range(count))

    async def work() -> None:
        for at in turns:
            await one(at)

    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))


async def bare(url: str, asked: list[Messages]) -> None:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as session:

        async def one(at: int) -> None:
            async with session.post(f"{url}/chat/completions", json=body_of(asked[at])) as response:
                told = await response.json()
            assert told["choices"][0]["message"]["content"] == "[[A]]"

        await spread(len(asked), one)


async def client(url: str, asked: list[Messages]) -> None:
    import openai

    http = openai.DefaultAioHttpClient()
    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0, http_client=http) as client:

        async def one(at: int) -> None:
            told = await client.chat.completions.create(**body_of(asked[at]))
            assert told.choices[0].message.content == "[[A]]"

        await spread(len(asked), one)


def ours(project: Project, target: Target) -> Loop:
    async def loop(url: str, asked: list[Messages]) -> None:
        replies = await ask(project, target, [Request(each, Sampling()) for each in asked])
        assert all(isinstance(each, Reply) and each.text == "[[A]]" and not each.stored for each in replies)

    return loop


@contextmanager
def server() -> Iterator[str]:
    script = ROOT / "tests" / "synth" / "openai_server.py"
    command = [sys.executable, str(script), "--latency", str(LATENCY)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    finally:
        process.stdin.close()
        process.wait(30)


def rate(loop: Loop, url: str, asked: list[Messages]) -> tuple[float, float]:
    """Requests a second, opening and closing included, and the microseconds of our processor that one took."""
    start, used = time.perf_counter(), time.process_time()
    asyncio.run(loop(url, asked))  # type: ignore[arg-type]
    seconds, busy = time.perf_counter() - start, time.process_time() - used
    return len(asked) / seconds, busy / len(asked) * 1e6


def measure(count: int, rounds: int) -> list[list[tuple[float, float]]]:
    """By loop, by round. The client's own loop asks a quarter: it is slow, and its rate does not depend on that."""
    asked = messages(count)
    with database(), server() as url:
        project = create_project("bench")
        endpoint = Endpoint(name="bench", address=url, model="tiny", external=False, revision="1")
        endpoint.concurrency = IN_FLIGHT
        endpoint.save()
        loops = [(bare, asked), (client, asked[: count // 4]), (ours(project, target_of(endpoint)), asked)]
        found: list[list[tuple[float, float]]] = [[] for _ in loops]
        for _ in range(rounds):
            for at, (loop, some) in enumerate(loops):
                found[at].append(rate(loop, url, some))
            ((stored,),) = fetch("SELECT count(*) FROM synth_storedreply", [])
            assert stored == count, f"{stored:,} of {count:,} replies were stored"
            fetch("DELETE FROM synth_storedreply RETURNING 1", [])
    return found


def run(comparisons: int, rounds: int) -> int:
    print_load("before")
    found = measure(comparisons * ORDERS, rounds)
    print_load("after")
    rows = [
        [name, f"{median(rates):,.0f}", f"{max(rates):,.0f}", f"{median(busy for _, busy in each):,.0f}"]
        for name, each in zip(NAMES, found, strict=True)
        for rates in [[rate for rate, _ in each]]
    ]
    possible = IN_FLIGHT / LATENCY
    print_table([f"of {possible:,.0f} possible", "requests/s", "best", "µs of our processor"], rows)
    ratios = [over(found[2], found[0]), over(found[2], found[1])]
    print(f"ask / bare: {ratios[0]:.2f}, ask / client: {ratios[1]:.2f} (medians of pairs)")
    return gate(missed(*ratios))


def over(ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> float:
    """Each round's two were measured one after the other, so that they had the machine alike."""
    return median(one / other for (one, _), (other, _) in zip(ours, theirs, strict=True))


def missed(of_bare: float, of_client: float) -> list[str]:
    failures = []
    if of_bare < LEAST_OF_BARE:
        failures.append(f"{of_bare:.2f} of a bare loop; wanted are {LEAST_OF_BARE}.")
    if of_client < LEAST_OF_CLIENT:
        failures.append(f"{of_client:.2f} of the client's own loop; wanted are {LEAST_OF_CLIENT}.")
    return failures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few comparisons, no gates")
    options = parser.parse_args()
    code = run(100, 1) if options.quick else run(COMPARISONS, 5)
    sys.exit(0 if options.quick else code)
