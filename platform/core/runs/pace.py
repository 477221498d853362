"""How fast a stage goes and how long the rest takes, from what was counted. Plain arithmetic, in seconds."""

from dataclasses import dataclass

from core.charts.numbers import short

WINDOW = 60.0
UNITS = (("s", 1), ("min", 60), ("h", 3600))
LEAST_RATE = 0.5
SPELLED = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


@dataclass(frozen=True, slots=True)
class Pace:
    """Inputs a second, and the seconds that the rest takes; None where that is unknown, with the reason."""

    rate: float | None = None
    left: float | None = None
    reason: str = ""


def pace(*, recent: float, far: float, total: float, age: float) -> Pace:
    """`recent` inputs were finished in the last minute, `far` of `total` since the stage began, `age` seconds ago.

    Where nothing was finished in the last minute, as with large shards, the whole time since the beginning tells.
    """
    finished, seconds = (recent, min(age, WINDOW)) if recent else (far, age)
    if finished <= 0 or seconds <= 0:
        return Pace(reason="Nothing is finished yet.")
    rate = finished / seconds
    return Pace(rate, max(0.0, total - far) / rate)


def rate_in_words(rate: float) -> str:
    """0.05 as 3/min: by the shortest unit at which it is no tiny fraction."""
    unit, seconds = next((unit for unit in UNITS if rate * unit[1] >= LEAST_RATE), UNITS[-1])
    return f"{short(rate * seconds)}/{unit}"


def time_in_words(seconds: float) -> str:
    """200 as 3 min 20 s: the two largest units, and never 0 s."""
    left, words = max(1, round(seconds)), []
    for at, (unit, size) in enumerate(SPELLED):
        if left >= size:
            words = [(left // size, unit)]
            if at + 1 < len(SPELLED):
                smaller, below = SPELLED[at + 1]
                words.append((left % size // below, smaller))
            break
    return " ".join(f"{count} {unit}" for count, unit in words if count)
