"""What all workers of an endpoint together may send in a minute: one token bucket in the database, taken in chunks.

An endpoint without limits never looks at it.
"""

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.desk import desk

if TYPE_CHECKING:
    from synth.targets import Target

# The bucket holds what flows in within this time, so that a minute after a quiet one has little more than its share.
SECONDS_HELD = 5.0
SECONDS_A_CHUNK = 1.0

MAKE = """
INSERT INTO synth_allowance (endpoint_id, requests, tokens, at) VALUES (%s, %s, %s, now())
    ON CONFLICT DO NOTHING RETURNING 1
"""
# A chunk is taken where at least one request and any token is left; what its requests need beyond that is owed.
TAKE = """
WITH now AS (
    SELECT a.endpoint_id, clock_timestamp() AS at,
           least(%(most_requests)s, a.requests + s * %(requests)s) AS requests,
           least(%(most_tokens)s, a.tokens + s * %(tokens)s) AS tokens
      FROM synth_allowance a,
           LATERAL (SELECT greatest(0, extract(epoch FROM clock_timestamp() - a.at)) AS s) AS since
     WHERE a.endpoint_id = %(endpoint)s FOR UPDATE OF a
), taken AS (
    SELECT now.*, CASE WHEN requests >= 1 AND tokens > 0 THEN least(%(wanted)s, floor(requests)) ELSE 0 END AS count
      FROM now
)
UPDATE synth_allowance a
   SET requests = t.requests - t.count, tokens = t.tokens - t.count * %(each)s, at = t.at
  FROM taken t WHERE a.endpoint_id = t.endpoint_id
RETURNING t.count, greatest(0, (1 - t.requests) / %(requests)s, -t.tokens / %(tokens)s)
"""
SETTLE = """
UPDATE synth_allowance SET requests = requests + %s, tokens = tokens - %s WHERE endpoint_id = %s RETURNING 1
"""
UNLIMITED = 1e12


@dataclass(slots=True)
class Flow:
    """What flows in, a second."""

    requests: float
    tokens: float


class Allowance:
    """Of one loop. `mine` are requests that were taken and not sent yet; `owed` tokens that went beyond the guess."""

    def __init__(self, target: "Target") -> None:
        self._endpoint = target.pk
        self._flow = Flow((target.requests_a_minute or UNLIMITED) / 60, (target.tokens_a_minute or UNLIMITED) / 60)
        self._mine, self._owed, self._each = 0, 0.0, 0.0
        self._taking = asyncio.Lock()

    async def wait(self, tokens: float) -> None:
        """Until one request of about so many tokens may be sent."""
        self._each = tokens if not self._each else 0.9 * self._each + 0.1 * tokens
        async with self._taking:
            while self._mine < 1:
                self._mine, seconds = await self._take()
                if self._mine < 1:
                    await asyncio.sleep(seconds * random.uniform(1.0, 1.2) + 0.01)  # noqa: S311
            self._mine -= 1

    def used(self, guessed: float, tokens: int) -> None:
        """What a reply really took; the difference is settled with the next chunk."""
        self._owed += tokens - guessed

    async def give_back(self) -> None:
        if self._mine or self._owed:
            mine, self._mine = self._mine, 0
            await (await desk()).fetch(SETTLE, [mine, self._owed - mine * self._each, self._endpoint])

    async def _take(self) -> tuple[int, float]:
        """How many requests are ours now, and in how many seconds there may be more."""
        fetch = (await desk()).fetch
        flow, owed, self._owed = self._flow, self._owed, 0.0
        if owed:
            await fetch(SETTLE, [0, owed, self._endpoint])
        named = {
            "endpoint": self._endpoint,
            "requests": flow.requests,
            "tokens": flow.tokens,
            "most_requests": max(1.0, flow.requests * SECONDS_HELD),
            "most_tokens": max(1.0, flow.tokens * SECONDS_HELD),
            "wanted": max(1, round(min(flow.requests, flow.tokens / max(self._each, 1.0)) * SECONDS_A_CHUNK)),
            "each": self._each,
        }
        rows = await fetch(TAKE, named)
        if not rows:
            full = [self._endpoint, named["most_requests"], named["most_tokens"]]
            await fetch(MAKE, full)
            rows = await fetch(TAKE, named)
        ((count, seconds),) = rows
        return int(count), float(seconds)


def allowance_of(target: "Target") -> Allowance | None:
    """None where the endpoint has no limits."""
    return Allowance(target) if target.requests_a_minute or target.tokens_a_minute else None
