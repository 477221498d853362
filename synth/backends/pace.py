"""How many requests are in flight at an endpoint: a few more while all goes well, half as many when it does not.

One pace an endpoint and process, kept from shard to shard.
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synth.targets import Target


@dataclass(slots=True)
class Pace:
    """`limit` is how many may be in flight now, at most `most`; until `held` (monotonic) the server wants none."""

    most: int
    limit: float
    held: float = 0.0
    shrunk: float = 0.0

    def went_well(self) -> None:
        """One more for each full round."""
        if self.limit < self.most:
            self.limit = min(float(self.most), self.limit + 1 / self.limit)

    def was_too_much(self, since: float, retry_after: float | None = None) -> None:
        """Half, once for all that were in flight together: what was sent before the last halving tells nothing new."""
        now = time.monotonic()
        if since >= self.shrunk:
            self.limit, self.shrunk = max(1.0, self.limit / 2), now
        if retry_after:
            self.held = max(self.held, now + retry_after)

    @property
    def hold(self) -> float:
        """Seconds until the server may be asked again."""
        return max(0.0, self.held - time.monotonic())


_paces: dict[int, Pace] = {}


def pace_of(target: "Target") -> Pace:
    """That of this process; where staff changed how many may be in flight, it begins anew."""
    found = _paces.get(target.pk)
    if found is None or found.most != target.concurrency:
        found = _paces[target.pk] = Pace(target.concurrency, float(target.concurrency))
    return found


class Gate:
    """Lets as many through as the pace allows, in the order in which they came. Of one loop."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        if not self._waiting and self._has_place():
            self._inside += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was let in at the same moment
                self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def _has_place(self) -> bool:
        return self._inside < int(self._pace.limit)

    def _leave(self) -> None:
        """Who comes next is counted as inside at once, so that nobody slips in before."""
        self._inside -= 1
        while self._waiting and self._has_place():
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)
