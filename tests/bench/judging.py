"""Judging comparisons with a server at 50 ms: requests a second, over those of a bare aiohttp loop with the same texts.

The server is the tests' own, in its own process; every reply is stored before the next request is sent in its place.
At the end a run over many comparisons, whose worker is killed three times: what is stored is not asked for again.
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
from synth.backends.protocol import Message, Reply, Request, Sampling
from synth.judges.configuration import JudgeConfiguration
from synth.judges.judging import judge_items
from synth.judges.methods import pairwise
from synth.judges.preparing import Prepared, prepare
from synth.judges.verdicts import Item, Judged
from synth.models import Endpoint
from synth.targets import Target, target_of
from tests.core.runs.workers import url_of_database
from tests.synth.killed import KILLS, Outcome, judged_while_killed

LATENCY, IN_FLIGHT = 0.05, 64
COMPARISONS, ORDERS = 2_000, 2
KILLED = 10_000
LEAST_OF_BARE, LEAST_OF_CLIENT = 0.85, 0.95
TEXT = "The answer to this question depends on what is meant by it, so let us look at it more closely. " * 8
NAMES = ("a bare aiohttp loop", "the openai client's own loop", "ask, replies stored", "judge_items, replies stored")

Messages = tuple[Message, ...]
Loop = Callable[[str, list[Messages]], Awaitable[None]]
Found = list[list[tuple[float, float]]]


def items_of(count: int) -> list[Item]:
    return [
        Item(at, at, ({"role": "user", "content": f"Question {at}?"},), (f"{at} {TEXT}", f"{TEXT} {at}"))
        for at in range(count)
    ]


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


def asking(project: Project, target: Target) -> Loop:
    async def loop(url: str, asked: list[Messages]) -> None:
        replies = await ask(project, target, [Request(each, Sampling()) for each in asked])
        assert all(isinstance(each, Reply) and each.text == "[[A]]" and not each.stored for each in replies)

    return loop


def judging(project: Project, target: Target, judge: Prepared, items: list[Item]) -> Loop:
    async def loop(url: str, asked: list[Messages]) -> None:
        judged = await judge_items(project, target, judge, items)
        assert all(isinstance(each, Judged) and len(each.verdicts) == ORDERS for each in judged)

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


def measure(comparisons: int, rounds: int) -> Found:
    """By loop, by round. The client's own loop asks a quarter: it is slow, and its rate does not depend on that."""
    with server() as url:
        project = create_project("bench")
        endpoint = Endpoint(name="bench", address=url, model="tiny", external=False, revision="1")
        endpoint.concurrency = IN_FLIGHT
        endpoint.save()
        target, items = target_of(endpoint), items_of(comparisons)
        judge = prepare(project, JudgeConfiguration(endpoint="bench"))
        questions = [question for item in items for question in pairwise.questions(judge, target, item)]
        asked = [question.request.messages for question in questions]
        loops = [
            (bare, asked),
            (client, asked[: len(asked) // 4]),
            (asking(project, target), asked),
            (judging(project, target, judge, items), asked),
        ]
        found: Found = [[] for _ in loops]
        for loop, some in loops:  # what is imported and compiled once belongs to no round
            rate(loop, url, some[:IN_FLIGHT] if loop in (bare, client) else some)
        forget()
        for _ in range(rounds):
            for at, (loop, some) in enumerate(loops):
                found[at].append(rate(loop, url, some))
                check_stored(0 if at < 2 else len(asked))
    return found


def check_stored(count: int) -> None:
    """That so many replies were stored; they are gone afterwards."""
    if (stored := forget()) != count:
        raise SystemExit(f"{stored:,} of {count:,} replies were stored.")


def forget() -> int:
    """How many replies were stored until now."""
    return len(fetch("DELETE FROM synth_storedreply RETURNING 1", []))


def run(comparisons: int, rounds: int, killed: int) -> int:
    print_load("before")
    with database() as folder:
        found = measure(comparisons, rounds)
        print_load("after")
        print_rates(found)
        struck = judged_while_killed(killed, url_of_database(), folder)
    lost = struck.requests - ORDERS * struck.comparisons
    print(f"{killed:,} comparisons, worker killed {KILLS} times: {struck.requests:,} requests, {lost} of them again")
    return gate([*missed(found), *missed_by(struck)])


def print_rates(found: Found) -> None:
    rows = []
    for name, rounds in zip(NAMES, found, strict=True):
        rates, busy = zip(*rounds, strict=True)
        rows.append([name, f"{median(rates):,.0f}", f"{max(rates):,.0f}", f"{median(busy):,.0f}"])
    print_table([f"of {IN_FLIGHT / LATENCY:,.0f} possible", "requests/s", "best", "µs of our processor"], rows)
    for at in (2, 3):
        print(f"{NAMES[at]}: {over(found[at], found[0]):.2f} of bare, {over(found[at], found[1]):.2f} of the client's")


def over(ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> float:
    """The median of the rounds: each one's two had the machine alike."""
    return median(one / other for (one, _), (other, _) in zip(ours, theirs, strict=True))


def missed(found: Found) -> list[str]:
    failures = []
    for at in (2, 3):
        if (share := over(found[at], found[0])) < LEAST_OF_BARE:
            failures.append(f"{NAMES[at]}: {share:.2f} of a bare loop; wanted are {LEAST_OF_BARE}.")
        if (share := over(found[at], found[1])) < LEAST_OF_CLIENT:
            failures.append(f"{NAMES[at]}: {share:.2f} of the client's own loop; wanted are {LEAST_OF_CLIENT}.")
    return failures


def missed_by(struck: Outcome) -> list[str]:
    failures = []
    if struck.requests > struck.most:
        failures.append(f"{struck.requests:,} requests; at most {struck.most:,} were wanted.")
    if (struck.state, struck.judgments) != ("done", ORDERS * struck.comparisons):
        failures.append(f"The run that was struck is {struck.state} with {struck.judgments:,} judgments.")
    return failures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few comparisons, no gates")
    options = parser.parse_args()
    code = run(50, 1, 200) if options.quick else run(COMPARISONS, 5, KILLED)
    sys.exit(0 if options.quick else code)
