"""What a setting of a step looks like in a form: which control, what it may hold, and the text of a value in it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from core.importing.interchange import RefusedLine
from core.importing.storable import refuse_unstorable
from core.recipes.reading import is_storable
from core.runs.steps import StepConfig

Kind = Literal["choice", "switch", "whole", "number", "text", "lines", "data"]
LONGEST = 20_000  # characters typed into one control
ONE_LINE = 300
YES = {"1", "on", "t", "true", "y", "yes"}  # what pydantic takes for it
NUMBERS: dict[Any, Kind] = {int: "whole", float: "number", Decimal: "number"}


class Unreadable(ValueError):
    """What was typed is no value of this kind; says what to write."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`bounds` are attributes of the control: min, max, step, maxlength. An optional setting may be left empty."""

    name: str
    kind: Kind
    help: str
    default: Any = None
    optional: bool = False
    needed: bool = False
    shell_only: bool = False
    page_only: bool = False
    choices: Sequence[str] = ()
    bounds: dict[str, str] = field(default_factory=dict)

    @property
    def is_withheld(self) -> bool:
        """Whether forms leave it out."""
        return self.shell_only or self.page_only

    @property
    def label(self) -> str:
        """min_margin as Min margin."""
        words = self.name.replace("_", " ")
        return words[:1].upper() + words[1:]

    @property
    def in_words(self) -> str:
        """What it may hold, for a table."""
        names = {"switch": "yes or no", "whole": "whole number", "lines": "text", "data": "JSON"}
        text = ", ".join(self.choices) if self.choices else names.get(self.kind, self.kind)
        low, high = (_grouped(self.bounds.get(end)) for end in ("min", "max"))
        if low is not None and high is not None:
            return f"{text}, {low} to {high}"
        return f"{text}, {low} or more" if low is not None else f"{text}, at most {high}" if high is not None else text

    @property
    def shown_default(self) -> str:
        return " ".join(self.shown(self.default).split())

    def shown(self, value: Any) -> str:
        """The value as the control holds it."""
        if value is None:
            return ""
        if self.kind == "switch":
            return "true" if str(value).lower() in YES else "false"
        if isinstance(value, str) and self.kind != "data":
            return value
        if isinstance(value, Decimal):
            return f"{value:f}"
        return json.dumps(value, ensure_ascii=False, default=_plain, indent=1 if self.kind == "data" else None)

    def read(self, text: str) -> Any:
        """The value of what was typed. Raises Unreadable with a sentence."""
        if len(text) > LONGEST:
            raise Unreadable(f"This has {len(text):,} characters. Write at most {LONGEST:,}.")
        value = self._value(text.replace("\r\n", "\n"))
        try:
            refuse_unstorable(value, "")
        except RefusedLine as error:
            said = str(error).removeprefix(": ")
            raise Unreadable(said[:1].upper() + said[1:]) from error
        if not is_storable(json.dumps(value, ensure_ascii=False)):
            raise Unreadable("This holds half a character, which cannot be kept. Write the character itself.")
        return value

    def _value(self, text: str) -> Any:
        if self.optional and not text.strip():
            return None
        if self.kind == "switch":
            return text == "true"
        if self.kind in ("whole", "number"):
            return _number(text, whole=self.kind == "whole")
        if self.kind == "data":
            return _data(text)
        return text


def shapes_of(config: type[StepConfig]) -> list[Shape]:
    """Every setting of the step, in the order in which they are written."""
    return [shape_of(name, info) for name, info in config.model_fields.items()]


def shape_of(name: str, info: FieldInfo) -> Shape:
    plain, optional, nested = _unwrapped(info.annotation)
    extra = info.json_schema_extra
    shape = Shape(
        name,
        _kind(plain, optional),
        info.description or "",
        None if info.is_required() else info.get_default(call_default_factory=True),
        optional,
        info.is_required(),
        bool(isinstance(extra, dict) and extra.get("shell_only")),
        bool(isinstance(extra, dict) and extra.get("page_only")),
        _choices(plain, optional),
        _bounds(plain, [*nested, *info.metadata]),
    )
    long = shape.kind == "text" and int(shape.bounds.get("maxlength", 0)) > ONE_LINE
    return replace(shape, kind="lines") if long else shape


def _grouped(bound: str | None) -> str | None:
    return f"{int(bound):,}" if bound and bound.isdecimal() else bound


def _unwrapped(annotation: Any) -> tuple[Any, bool, list[Any]]:
    """The type without `Annotated` and `| None`, whether it had the latter, and the constraints on the way."""
    constraints: list[Any] = []
    if get_origin(annotation) is Annotated:
        annotation, *around = get_args(annotation)
        constraints = [each for one in around for each in (one.metadata if isinstance(one, FieldInfo) else [one])]
    if get_origin(annotation) in (Union, UnionType):
        inner = [each for each in get_args(annotation) if each is not NoneType]
        if len(inner) == 1:
            plain, _, more = _unwrapped(inner[0])
            return plain, True, constraints + more
        return annotation, NoneType in get_args(annotation), constraints
    return annotation, False, constraints


def _kind(plain: Any, optional: bool) -> Kind:
    if plain is bool:
        return "choice" if optional else "switch"
    if _choices(plain, optional):
        return "choice"
    return NUMBERS.get(plain, "text" if plain is str else "data")


def _choices(plain: Any, optional: bool) -> Sequence[str]:
    if plain is bool and optional:
        return ("true", "false")
    values = get_args(plain) if get_origin(plain) is Literal else ()
    return values if all(isinstance(value, str) for value in values) else ()


def _bounds(plain: Any, constraints: Sequence[Any]) -> dict[str, str]:
    bounds = dict(pair for each in constraints for pair in _bound(plain, each))
    if plain in NUMBERS:
        bounds.setdefault("step", "1" if plain is int else "any")
    return bounds


def _bound(plain: Any, constraint: Any) -> Iterator[tuple[str, str]]:
    """In HTML the ends belong to the range; a range of numbers without its end is left to the server."""
    known = {"ge": "min", "gt": "min", "le": "max", "lt": "max", "multiple_of": "step"}
    inwards = {"gt": 1, "lt": -1} if plain is int else {}
    for name, attribute in known.items():
        if plain in NUMBERS and (value := getattr(constraint, name, None)) is not None:
            yield attribute, f"{value + inwards.get(name, 0)}"
    if plain is str and (longest := getattr(constraint, "max_length", None)) is not None:
        yield "maxlength", f"{longest}"


def _number(text: str, *, whole: bool) -> int | float:
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise Unreadable("Write a whole number." if whole else "Write a number, with a point for decimals.") from error
    if not number.is_finite() or abs(number.adjusted()) > 300:
        raise Unreadable("Write a smaller number.")
    if whole and number != number.to_integral_value():
        raise Unreadable("Write a whole number.")
    return int(number) if whole else float(number)


def _data(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        at = f" line {error.lineno}:" if isinstance(error, json.JSONDecodeError) else ""
        why = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep, or no number"
        raise Unreadable(f'This is not JSON:{at} {why}. Write it like ["a", "b"] or {{"a": 1}}.') from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _plain(value: Any) -> Any:
    """What JSON does not know but a default may be."""
    return float(value) if isinstance(value, Decimal) else str(value)
