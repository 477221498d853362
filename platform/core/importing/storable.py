"""Which free-form values the database can keep."""

from math import isfinite
from typing import Any

from core.importing import limits
from core.importing.interchange import RefusedLine


def refuse_unstorable(value: Any, place: str, depth: int = 1) -> None:
    """Raise RefusedLine, naming the place, for what JSON text could say but a row cannot keep.

    That is NaN and Infinity, integers beyond 64 bit, the character NUL, nesting deeper than `limits.DEPTH` (`depth` is
    how deep `value` stands in its line), and objects that are not JSON.
    """
    kind = type(value)
    if kind is str:
        _refuse_nul(value, place)
    elif kind is dict:
        _refuse_depth(place, depth)
        for key, inner in value.items():
            _refuse_nul(key, place)
            refuse_unstorable(inner, f"{place}.{key}" if place else key, depth + 1)
    elif kind is list:
        _refuse_depth(place, depth)
        for inner in value:
            refuse_unstorable(inner, place, depth + 1)
    elif value is not None and kind is not bool:
        _refuse_odd_number(value, place)


def _refuse_odd_number(value: Any, place: str) -> None:
    if type(value) is float:
        if not isfinite(value):
            raise RefusedLine(f"{_start(place)}: NaN and Infinity are not values; leave the field out.")
    elif type(value) is not int:
        raise RefusedLine(f"{_start(place)}: holds a {type(value).__name__}, which is neither text nor a number.")
    elif not limits.INTEGER_MIN <= value <= limits.INTEGER_MAX:
        raise RefusedLine(f"{_start(place)}: the whole number does not fit into 64 bits.")


def _refuse_nul(text: Any, place: str) -> None:
    if type(text) is not str:
        raise RefusedLine(f"{_start(place)}: a name is a {type(text).__name__}; names are text.")
    if "\0" in text:
        raise RefusedLine(f"{_start(place)}: holds the character NUL, which the database cannot store.")


def _refuse_depth(place: str, depth: int) -> None:
    if depth > limits.DEPTH:
        raise RefusedLine(f"{_start(place)}: is nested deeper than {limits.DEPTH} levels.")


def _start(place: str) -> str:
    longest = 80
    return place if len(place) <= longest else f"{place[:longest]}…"
