"""Bytes of one JSON line → a `Line`, or a dictionary where the layout is another; and what is wrong when neither."""

import re
from typing import Any, get_args

import msgspec

from core.importing.interchange import Kind, Line, Occasion, RefusedLine, Status
from core.importing.storable import refuse_unstorable

_decode_line = msgspec.json.Decoder(Line).decode
_decode_any = msgspec.json.Decoder().decode

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_LONE_SURROGATE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
_NOT_A_NUMBER = re.compile(rb"NaN|Infinity")
_TYPE_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_ALLOWED = {"kind": get_args(Kind), "occasion": get_args(Occasion), "status": get_args(Status)}


def line_from(raw: bytes) -> Line:
    """Decode a line of the interchange format. Raises RefusedLine."""
    try:
        line: Line = _decode_line(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedLine(_reason(error, raw)) from error
    if b"\\u0000" in raw:
        _refuse_nul(raw)
    return line


def row_from(raw: bytes) -> dict[str, Any]:
    """Decode a line of any other layout: an object of storable values. Raises RefusedLine."""
    try:
        row = _decode_any(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedLine(_reason(error, raw)) from error
    if not isinstance(row, dict):
        raise RefusedLine("The line must hold one JSON object.")
    if b"\\u0000" in raw:
        _refuse_nul(raw)
    refuse_unstorable(row, "")
    return row


def shaped(row: dict[str, Any]) -> Line:
    """A dictionary in the shape of the interchange format as a `Line`. Raises RefusedLine."""
    try:
        return msgspec.convert(row, Line)
    except msgspec.ValidationError as error:
        raise RefusedLine(_misfit(str(error))) from error


def _refuse_nul(raw: bytes) -> None:
    if _NUL.search(raw):
        raise RefusedLine("The line holds the character NUL (\\u0000), which the database cannot store.")


def _reason(error: Exception, raw: bytes) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "The line is not UTF-8 text."
    if isinstance(error, RecursionError):
        return "The line is nested too deep."
    if isinstance(error, msgspec.ValidationError):
        return _misfit(str(error))
    return f"The line is not JSON: {_flaw(str(error), raw)}."


def _flaw(message: str, raw: bytes) -> str:
    if "surrogate" in message or _LONE_SURROGATE.search(raw):
        return "it holds half of a surrogate pair, which is no character"
    found = re.search(r"\(byte (\d+)\)", message)
    if "truncated" in message or (found and not raw[int(found[1]) :].strip()):
        return "it ends too early"
    if found:
        at = int(found[1])
        if _NOT_A_NUMBER.search(raw[max(at - 8, 0) : at + 8]):
            return "NaN and Infinity are not JSON values; write null or leave the field out"
        if raw[at : at + 1] < b" ":
            return f"it holds a bare control character (byte {at})"
    return message.removeprefix("JSON is malformed: ")


def _misfit(message: str) -> str:
    """msgspec's sentence about a field, with the place first and in the words of a person."""
    problem, _, path = message.partition(" - at `$")
    place = path.rstrip("`").lstrip(".")
    problem = re.sub(r"`([^`]+)`", _in_words, problem[:1].lower() + problem[1:])
    problem = problem.replace("<= ", "at most ").replace(">= ", "at least ")
    if problem.startswith("invalid enum value") and (allowed := _ALLOWED.get(place.rpartition(".")[2])):
        problem += f"; it is one of {', '.join(allowed)}"
    return f"{place}: {problem}." if place else f"The line: {problem}."


def _in_words(found: re.Match[str]) -> str:
    words = [_TYPE_WORDS.get(word, f"`{word}`") for word in found[1].split(" | ")]
    return " or ".join(words)
