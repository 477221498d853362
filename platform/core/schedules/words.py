"""A cron line in the words that people use for it, and the simple times that a form offers. Knows nothing of Django."""

import re
from dataclasses import dataclass

from core.schedules.times import DAYS, CronError, read_cron

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
NIGHT_ENDS = 5


@dataclass(frozen=True, slots=True)
class Simple:
    """A time that needs no cron line: `daily` and `weekdays` have `at` (HH:MM), `hourly` has `minute`."""

    kind: str
    at: str = ""
    minute: int = 0

    @property
    def cron(self) -> str:
        """Raises CronError where the time of day or the minute is none."""
        if self.kind == "hourly":
            return f"{_within(self.minute, 59, 'minute')} * * * *"
        found = re.fullmatch(r"(\d{1,2}):(\d{2})", self.at)
        if not found:
            raise CronError(f"“{self.at}” is no time of day. Write it like 02:00.")
        hour, minute = _within(int(found[1]), 23, "hour"), _within(int(found[2]), 59, "minute")
        return f"{minute} {hour} * * {'1-5' if self.kind == 'weekdays' else '*'}"


def simple_of(line: str) -> Simple | None:
    """The simple time that the line stands for, where there is one."""
    if found := re.fullmatch(r"(\d+) (\d+) \* \* (\*|1-5|mon-fri)", line):
        return Simple("daily" if found[3] == "*" else "weekdays", _clock(found[2], found[1]))
    if found := re.fullmatch(r"(\d+) \* \* \* \*", line):
        return Simple("hourly", minute=int(found[1]))
    return None


def in_words(line: str) -> str:
    """Like "every night at 02:00"; the line itself where there are no simple words for it."""
    simple = simple_of(line)
    if simple is None:
        return _rarer(line)
    if simple.kind == "hourly":
        return f"every hour at :{simple.minute:02}"
    if simple.kind == "weekdays":
        return f"on weekdays at {simple.at}"
    return f"every {'night' if int(simple.at[:2]) < NIGHT_ENDS else 'day'} at {simple.at}"


def _rarer(line: str) -> str:
    if line == "* * * * *":
        return "every minute"
    if found := re.fullmatch(r"\*/(\d+) \* \* \* \*", line):
        return f"every {found[1]} minutes" if 60 % int(found[1]) == 0 and found[1] != "1" else f"at {line}"
    if found := re.fullmatch(rf"(\d+) (\d+) \* \* ([0-6]|{'|'.join(DAYS)})", line):
        (weekday,) = read_cron(line).weekdays
        return f"every {WEEKDAYS[weekday]} at {_clock(found[2], found[1])}"
    if found := re.fullmatch(r"(\d+) (\d+) (\d+) \* \*", line):
        return f"on day {int(found[3])} of every month at {_clock(found[2], found[1])}"
    return f"at {line}"


def _clock(hour: str, minute: str) -> str:
    return f"{int(hour):02}:{int(minute):02}"


def _within(number: int, most: int, name: str) -> int:
    if not 0 <= number <= most:
        raise CronError(f"The {name} {number} does not fit. Write 0 to {most}.")
    return number
