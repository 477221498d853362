"""Give comparisons to one person alone. The room that keeps the queue says how; core does not know it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.models import Project, User


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of the comparisons that were asked for; each is counted once."""

    assigned: int = 0
    judged: int = 0
    full: int = 0
    outside: int = 0
    closed: int = 0

    @property
    def in_words(self) -> str:
        """“12 assigned, 3 judged by them already, 1 with all its places taken.”"""
        parts = [
            f"{self.assigned:,} assigned",
            self.judged and f"{self.judged:,} judged, skipped or held by them already",
            self.full and f"{self.full:,} with all places taken",
            self.outside and f"{self.outside:,} of a group that they are not in",
            self.closed and f"{self.closed:,} that nobody is asked for",
        ]
        return ", ".join(str(part) for part in parts if part) + "."


Assign = Callable[[Project, Sequence[int], User, User | None], Assigned]
TakeBack = Callable[[Project, Sequence[int], User, User | None], int]
_sources: list[tuple[Assign, TakeBack]] = []


def register(assign: Assign, take_back: TakeBack) -> None:
    _sources[:] = [(assign, take_back)]


def assign_to_person(project: Project, comparison_ids: Sequence[int], person: User, by: User | None) -> Assigned:
    """Reserve a place in each for this person, until they judge it or it is taken back; those without one are counted.

    Raises PrefereeError where the person does not judge in the project or is paused.
    """
    return _sources[0][0](project, comparison_ids, person, by) if _sources else Assigned()


def take_back(project: Project, comparison_ids: Sequence[int], person: User, by: User | None) -> int:
    """Free the places that were assigned to this person and not judged yet; returns how many."""
    return _sources[0][1](project, comparison_ids, person, by) if _sources else 0
