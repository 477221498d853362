"""The interchange format: one JSON object a line, one line a prompt.

These are the shapes that every reader produces and the loader takes. Field errors come from msgspec and name the path;
what a type cannot say is checked in `check`. Chat messages stay plain dictionaries, so that keys such as `name` and
`tool_calls` survive.
"""

from typing import Annotated, Any, Literal

import msgspec

Text = str
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Judged = Annotated[list[Name], msgspec.Meta(min_length=1, max_length=64)]
Tier = Annotated[list[Name], msgspec.Meta(min_length=1, max_length=64)]
Kind = Literal["human", "ai", "gold", "rule", "metric"]
Occasion = Literal["first", "retest", "second_look", "review", "audit"]
Status = Literal["submitted", "skipped", "flagged", "surplus", "unreadable"]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Messages = list[dict[str, Any]]


class RefusedLine(ValueError):
    """A line that does not fit; its text is the reason, for a person. `raw` is how it began, where that is known."""

    raw: str = ""


class RefusedFile(ValueError):
    """A file that cannot be read at all; its text is the reason, for a person."""


class Context(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    text: Text
    title: Text = ""


class Response(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    id: Name
    content: Text | Messages
    model: Name | None = None
    person: Name | None = None
    edited_from: Name | None = None
    finish_reason: Name | None = None
    metadata: dict[str, Any] = {}


class Span(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """Characters `start` to `end` (Unicode code points, the end not included) of one response."""

    response: Name
    start: Annotated[int, msgspec.Meta(ge=0)]
    end: Annotated[int, msgspec.Meta(ge=0)]
    label: Name
    note: Text = ""


class Score(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    scorer: Name
    response: Name
    value: float
    parts: dict[str, Any] = {}


class Judgment(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One judge on some responses. `scale` is the points a side that the judge could choose from.

    Without a scale, a preference of ±1 says who won and nothing about how clearly.
    """

    judge: Name
    kind: Kind
    responses: Judged
    version: Annotated[str, msgspec.Meta(max_length=200)] = ""
    order: list[Name] | None = None
    round: Name | None = None
    occasion: Occasion = "first"
    sample: Annotated[int, msgspec.Meta(ge=1, le=32000)] | None = None
    status: Status = "submitted"
    preference: Annotated[int, msgspec.Meta(ge=-3, le=3)] | None = None
    scale: Annotated[int, msgspec.Meta(ge=1, le=3)] | None = None
    ranking: Annotated[list[Tier], msgspec.Meta(min_length=1)] | None = None
    both_bad: bool = False
    answers: dict[Name, Any] = {}
    ratings: dict[Name, dict[Name, float]] = {}
    spans: list[Span] = []
    probability: Share | None = None
    confidence: Share | None = None
    rationale: Text = ""
    raw: Text | None = None
    touched: bool | None = None
    duration_ms: Milliseconds | None = None
    active_ms: Milliseconds | None = None
    created: Text | None = None


class Line(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    prompt: Text | Messages
    system: Text | None = None
    reference: Text | None = None
    contexts: list[Context] = []
    metadata: dict[str, Any] = {}
    tags: Annotated[list[Tag], msgspec.Meta(max_length=64)] = []
    responses: list[Response] = []
    comparisons: list[Judged] = []
    scores: list[Score] = []
    judgments: list[Judgment] = []
