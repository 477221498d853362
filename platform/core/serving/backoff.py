"""When to start again what died: at once the first time, then later and later, until it has lived for a while."""

import time
from dataclasses import dataclass

LONGEST_WAIT = 30.0
# Who lives this long has recovered, and its next death is a first one.
LONG_LIFE = 60.0


@dataclass
class Backoff:
    deaths: int = 0
    not_before: float = 0.0

    def died(self, now: float | None = None) -> float:
        """Returns the seconds to wait: 0, 1, 2, 4, … 30."""
        now = time.monotonic() if now is None else now
        if now - self.not_before > LONG_LIFE:
            self.deaths = 0
        wait = min(LONGEST_WAIT, 2.0 ** (self.deaths - 1)) if self.deaths else 0.0
        self.deaths += 1
        self.not_before = now + wait
        return wait

    def is_over(self, now: float | None = None) -> bool:
        return (time.monotonic() if now is None else now) >= self.not_before
