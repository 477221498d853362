"""One JSON list, whatever its layout and wherever a chunk of it ends."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.importing import limits
from core.importing.elements import CUT_OFF, MISSING, MORE, elements
from core.importing.interchange import RefusedLine

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text('[]{},:"\\ \n'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('a]}"\\,'), inner, max_size=4),
    max_leaves=12,
)


class Dripping(io.BytesIO):
    """Gives so many bytes at once."""

    def __init__(self, content, at_once):
        super().__init__(content)
        self.at_once = at_once

    def read1(self, size=-1, /):
        return super().read1(min(size, self.at_once))


def found(content, at_once=1_000):
    read = list(elements(Dripping(content, at_once)))
    assert [number for number, _ in read] == list(range(1, len(read) + 1))
    return [str(item) if isinstance(item, RefusedLine) else item for _, item in read]


@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.sampled_from([None, 0, 2]), st.booleans())
def test_every_list_comes_apart_into_its_elements(values, at_once, indent, plain):
    content = json.dumps(values, indent=indent, ensure_ascii=plain).encode()
    assert [json.loads(raw) for raw in found(content, at_once)] == values


@given(st.binary(max_size=60), st.integers(1, 9))
def test_whatever_stands_there_comes_to_an_end_and_is_the_same_in_any_chunks(rest, at_once):
    assert found(b"[" + rest, at_once) == found(b"[" + rest)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[]", []),
        (b" [\n]\n", []),
        (b"[1", [CUT_OFF]),
        (b"[1,", [b"1", CUT_OFF]),
        (b'["a\\', [CUT_OFF]),
        (b"[1,]", [b"1", MISSING]),
        (b"[,1]", [MISSING, b"1"]),
        (b"[1] 2", [b"1", MORE]),
        (b"[1]]", [b"1", MORE]),
        (b'[{"a": 1], {"b": 2}]', [b'{"a": 1]', b'{"b": 2}']),
        (b'["\\"],[", 2]', [b'"\\"],["', b"2"]),
        (b'["\\\\", 2]', [b'"\\\\"', b"2"]),
    ],
)
def test_what_is_no_list_is_refused_where_it_stops_being_one(content, expected):
    for at_once in (1, 2, 3, 100):
        assert found(content, at_once) == expected


def test_an_element_past_the_limit_is_skipped_without_being_held(monkeypatch):
    monkeypatch.setattr(limits, "LINE_BYTES", 10)
    monkeypatch.setattr(limits, "SHOWN_CHARACTERS", 4)
    content = b'["123456789","12345678","' + b"x" * 100_000 + b'",4]'
    read = list(elements(Dripping(content, 7)))

    assert [str(item) for _, item in read[:1]] == ["The element is longer than 0 MiB."]
    assert read[1] == (2, b'"12345678"')
    assert str(read[2][1]) == "The element is longer than 0 MiB."
    assert read[2][1].raw == '"xxx'
    assert read[3] == (4, b"4")


def test_a_stream_that_breaks_ends_with_its_reason():
    class Broken(Dripping):
        def read1(self, size=-1, /):
            if self.tell() > 4:
                raise RefusedLine("Broken.")
            return super().read1(size)

    assert [(number, str(item)) for number, item in elements(Broken(b"[1, 2, 3, 4]", 3))] == [
        (1, "b'1'"),
        (2, "b'2'"),
        (3, "Broken."),
    ]
