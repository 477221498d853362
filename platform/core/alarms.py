"""What of a project needs a person. Each room says so for its own things; core does not know the other rooms."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.models import Project
from core.permissions import Verb


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong, what it is about, and the page where something can be done; `word` says it in one or two.

    `verb` is what the page asks for: to others the alarm is shown without the link.
    """

    sentence: str
    label: str
    address: str
    word: str = ""
    verb: Verb = "read"


Source = Callable[[Project], Iterable[Alarm]]
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def alarms_of(project: Project) -> list[Alarm]:
    """In the order in which the sources were registered; none of an archived project, in which nothing is done."""
    return [] if project.archived else [alarm for source in _sources for alarm in source(project)]
