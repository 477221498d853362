"""What a person must not be told of a response yet. The room that hands out work says so; core does not know it."""

from collections.abc import Callable

from core.models import Response, User

Source = Callable[[User, Response], bool]
_sources: list[Source] = []


def register(source: Source) -> None:
    _sources[:] = [source]


def is_blind_to(person: User, response: Response) -> bool:
    """Whether they hold a comparison of it that they have not answered: its author and scores are kept back."""
    return _sources[0](person, response) if _sources else False
