"""How long an answer took."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

LONGEST_TIME = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Times:
    """What the browser measured, in milliseconds, None where it says nothing: how long the comparison was shown, how
    long somebody was at it, how long the answer then waited for the network.
    """

    shown: int | None = None
    active: int | None = None
    late: int | None = None

    def since(self, moment: datetime) -> tuple[int, int | None]:
        """Wall and active time of what was handed out at that moment.

        Neither is longer than the time that has passed by the clock of the server; the browser knows how much of that
        the answer waited, and when it showed what it had fetched ahead.
        """
        elapsed = max(int((timezone.now() - moment).total_seconds() * 1000) - (self.late or 0), 0)
        wall = min(elapsed if self.shown is None else min(self.shown, elapsed), LONGEST_TIME)
        return wall, None if self.active is None else min(self.active, wall)


UNKNOWN = Times()
