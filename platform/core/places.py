"""What the queue says about the people of a project. The room that keeps it says how; core does not know it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.models import Project

EVERYBODY = 0
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Places:
    """Comparisons that one person has before them, and those assigned to them that they have not opened."""

    held: int = 0
    assigned: int = 0


# By the user's primary key; and by the group's, with EVERYBODY for those that have none.
Seats = Callable[[Project], Mapping[int, Places]]
Waiting = Callable[[Project], Mapping[int, int]]
_sources: list[tuple[Seats, Waiting]] = []


def register(seats: Seats, waiting: Waiting) -> None:
    _sources[:] = [(seats, waiting)]


def seats_in(project: Project) -> Mapping[int, Places]:
    return _sources[0][0](project) if _sources else {}


def waiting_in(project: Project) -> Mapping[int, int]:
    """How many comparisons still want people, by group; each is counted to MOST_COUNTED and no further."""
    return _sources[0][1](project) if _sources else {}
