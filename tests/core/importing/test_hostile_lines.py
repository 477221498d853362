"""Lines made to hurt: each is refused by its number, its neighbours go in, and memory stays capped."""

import json

import pytest

from core.importing.limits import DEPTH, MIB

GOOD = b'{"prompt": "Why?", "metadata": {"n": 1}}'


def with_metadata(value: bytes) -> bytes:
    return b'{"prompt": "Why?", "metadata": {"x": ' + value + b"}}"


def judged(**fields: object) -> bytes:
    judgment = {"judge": "Ada", "kind": "human", "responses": ["a", "b"]} | fields
    responses = [{"id": name, "content": name} for name in "ab"]
    return json.dumps({"prompt": "Why?", "responses": responses, "judgments": [judgment]}).encode()


# name: (the line, how the reason begins)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "nan": (with_metadata(b"NaN"), "The line is not JSON: NaN and Infinity"),
    "infinity": (with_metadata(b"Infinity"), "The line is not JSON: NaN and Infinity"),
    "minus-infinity": (with_metadata(b"-Infinity"), "The line is not JSON: NaN and Infinity"),
    "huge-float": (with_metadata(b"1e999"), "metadata[...]: number out of range"),
    "integer-65-bits": (with_metadata(b"9223372036854775808"), "metadata.x: the whole number does not fit"),
    "integer-negative": (with_metadata(b"-9223372036854775809"), "metadata.x: the whole number does not fit"),
    "integer-5000-digits": (with_metadata(b"9" * 5000), "metadata[...]: integer value out of range"),
    "deep-lists": (with_metadata(b"[" * 100_000 + b"]" * 100_000), "The line is nested too deep."),
    "deep-objects": (with_metadata(b'{"x":' * 100_000 + b"1" + b"}" * 100_000), "The line is nested too deep."),
    "deep-by-one": (with_metadata(b"[" * (DEPTH - 1) + b"]" * (DEPTH - 1)), "metadata.x: is nested deeper than 32"),
    "open-brackets": (with_metadata(b"[" * MIB), "The line is nested too deep."),
    "nul-escape": (b'{"prompt": "a\\u0000b"}', "The line holds the character NUL"),
    "nul-escape-in-key": (b'{"prompt": "a", "metadata": {"\\u0000": 1}}', "The line holds the character NUL"),
    "nul-after-backslash": (b'{"prompt": "a\\\\\\u0000b"}', "The line holds the character NUL"),
    "nul-byte": (b'{"prompt": "a\0b"}', "The line is not JSON: it holds a bare control character"),
    "control-byte": (b'{"prompt": "a\x01b"}', "The line is not JSON: it holds a bare control character"),
    "lone-high-surrogate": (b'{"prompt": "a\\ud800"}', "The line is not JSON: it holds half of a surrogate pair"),
    "lone-low-surrogate": (b'{"prompt": "a\\udc00 b"}', "The line is not JSON: it holds half of a surrogate pair"),
    "two-high-surrogates": (b'{"prompt": "\\ud83d\\ud83d"}', "The line is not JSON: it holds half of a surrogate"),
    "lone-surrogate-in-key": (b'{"prompt": "a", "metadata": {"\\ud800": 1}}', "The line is not JSON: it holds half"),
    "surrogate-bytes": (b'{"prompt": "a\xed\xa0\x80"}', "The line is not UTF-8 text."),
    "latin-1": (b'{"prompt": "caf\xe9"}', "The line is not UTF-8 text."),
    "overlong-utf-8": (b'{"prompt": "\xc0\x80"}', "The line is not UTF-8 text."),
    "broken-utf-8-in-key": (b'{"prompt": "a", "\xff": 1}', "The line is not UTF-8 text."),
    "utf-16": ('{"prompt": "a"}'.encode("utf-16-le"), "The line is not JSON"),
    "line-of-20-mb": (b'{"prompt": "' + b"a" * 20_000_000 + b'"}', "The line is longer than 16 MiB."),
    "line-of-20-mb-of-quotes": (b'"' * 20_000_000, "The line is longer than 16 MiB."),
    "millions-of-lists": (b"[" + b"[]," * 5_000_000 + b"[]]", "The line: expected an object, got a list."),
    "millions-of-keys": (
        with_metadata(b"[" + b'{"a":{}},' * 1_500_000 + b"1e999]"),
        "metadata[...]",
    ),
    "cut-off": (b'{"prompt": "a', "The line is not JSON: it ends too early."),
    "two-objects": (b'{"prompt": "a"} {"prompt": "b"}', "The line is not JSON: trailing characters"),
    "python": (b"{'prompt': 'a'}", "The line is not JSON"),
    "trailing-comma": (b'{"prompt": "a",}', "The line is not JSON"),
    "number": (b"3", "The line: expected an object, got a whole number."),
    "null": (b"null", "The line: expected an object, got null."),
    "no-prompt": (b'{"tags": []}', "The line: object missing required field `prompt`."),
    "unknown-field": (b'{"prompt": "a", "respones": []}', "The line: object contains unknown field `respones`."),
    "prompt-of-numbers": (b'{"prompt": [1, 2]}', "prompt[0]: expected an object, got a whole number."),
    "responses-as-object": (b'{"prompt": "a", "responses": {"id": "a"}}', "responses: expected a list, got an object."),
    "many-tags": (json.dumps({"prompt": "a", "tags": ["x"] * 65}).encode(), "tags: expected a list of length at most"),
    "long-tag": (json.dumps({"prompt": "a", "tags": ["x" * 101]}).encode(), "tags[0]: expected text of length at"),
    "long-judge": (judged(judge="x" * 201), "judgments[0].judge: expected text of length at most 200"),
    "no-judge": (judged(judge=""), "judgments[0].judge: expected text of length at least 1"),
    "judgment-of-65": (judged(responses=["a"] * 65), "judgments[0].responses: expected a list of length at most 64"),
    "judgment-of-none": (judged(responses=[]), "judgments[0].responses: expected a list of length at least 1"),
    "preference-as-bool": (judged(preference=True), "judgments[0].preference: expected a whole number or null, got"),
    "preference-as-text": (judged(preference="1"), "judgments[0].preference: expected a whole number or null, got"),
    "time-of-32-bits": (judged(duration_ms=2**31), "judgments[0].duration_ms: expected a whole number at most"),
    "kind-of-robot": (judged(kind="robot"), "judgments[0].kind: invalid enum value 'robot'; it is one of human, ai"),
    "year-0": (judged(created="0000-01-01T00:00:00Z"), "judgments[0].created: expected an ISO 8601 time"),
    "year-1-east": (judged(created="0001-01-01T00:00:00+14:00"), "judgments[0].created: expected an ISO 8601"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, capped_reader):
    folder = tmp_path_factory.mktemp("hostile")
    for name, (line, _) in HOSTILE.items():
        (folder / f"{name}.jsonl").write_bytes(b"\n".join((GOOD, line, GOOD)) + b"\n")
    return capped_reader(folder)


def test_there_are_at_least_forty_of_them():
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_line_is_refused_alone(outcomes, name):
    outcome = outcomes[f"{name}.jsonl"]

    assert (outcome.whole, outcome.good) == ("", 2)
    ((number, reason, raw),) = outcome.refused
    assert number == 2
    assert reason.startswith(HOSTILE[name][1])
    assert len(raw) <= 2000
    assert raw
