"""What the checks refuse, and the one shape that they leave."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.importing.check import check
from core.importing.interchange import Line, RefusedLine

USER = {"role": "user", "content": "Why?"}
ASSISTANT = {"role": "assistant", "content": "Because."}
SYSTEM = {"role": "system", "content": "Be terse."}
AUDIO = {"type": "input_audio", "input_audio": {}}


def checked(**fields):
    return check(msgspec.convert({"prompt": "Why?"} | fields, Line))


def reason(**fields):
    with pytest.raises(RefusedLine) as refused:
        checked(**fields)
    return str(refused.value)


def responses(*contents, **fields):
    return [{"id": f"r{at}", "content": content} | fields for at, content in enumerate(contents, start=1)]


def test_a_leading_system_message_moves_to_its_field():
    line = checked(prompt=[SYSTEM, USER])
    assert (line.system, line.prompt) == ("Be terse.", "Why?")


def test_a_system_text_that_is_given_twice_is_one():
    assert checked(prompt=[SYSTEM, USER], system="Be terse.").system == "Be terse."


def test_an_empty_system_text_is_none():
    assert checked(system="").system is None


def test_text_parts_are_joined_and_other_keys_kept():
    prompt = [
        USER,
        ASSISTANT,
        {"role": "user", "name": "Ada", "content": [{"type": "text", "text": "a"}, {"text": "b"}]},
    ]
    assert checked(prompt=prompt).prompt == [USER, ASSISTANT, {"role": "user", "name": "Ada", "content": "ab"}]


def test_a_call_of_a_tool_needs_no_text():
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    result = {"role": "tool", "content": "4", "tool_call_id": "1"}
    line = checked(prompt=[USER, call, result])
    assert line.prompt == [USER, call | {"content": ""}, result]


def test_a_response_of_one_plain_assistant_message_is_its_text():
    line = checked(responses=responses([ASSISTANT], [{**ASSISTANT, "name": "x"}], [{**ASSISTANT, "content": ""}]))
    assert [r.content for r in line.responses] == ["Because.", [{**ASSISTANT, "name": "x"}], ""]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"prompt": " \n"}, "prompt: is empty."),
        ({"prompt": []}, "prompt: expected a list of messages that is not empty."),
        ({"prompt": [SYSTEM]}, "prompt: is empty."),
        ({"prompt": [{"role": "user", "content": " "}]}, "prompt: is empty."),
        (
            {"prompt": [USER, ASSISTANT]},
            "prompt: ends with an assistant turn; the last turn must be the one to answer.",
        ),
        ({"prompt": [{"role": "user"}]}, "prompt[0].content: expected text or a list of text parts."),
        ({"prompt": [{"role": ["user"], "content": ""}]}, "prompt[0].role: ['user'] is not one of"),
        (
            {"prompt": [{"role": "user", "content": [AUDIO]}]},
            "prompt[0].content[0]: a part of type 'input_audio' cannot be imported yet; text and image_url can.",
        ),
        ({"prompt": [{"role": "user", "content": [3]}]}, "prompt[0].content[0]: expected a part with the type 'text'"),
        ({"prompt": [SYSTEM, USER], "system": "x"}, "prompt[0]: the system message differs from the field `system`"),
        ({"responses": responses([])}, "responses[0].content: expected a list of messages that is not empty."),
        ({"responses": responses([USER, ASSISTANT])}, "responses[0].content: a response must start with an assistant"),
        ({"responses": responses([ASSISTANT, USER])}, "responses[0].content: a response must end with an assistant"),
        ({"responses": responses("a") + responses("b")}, "responses[1].id: 'r1' is used twice."),
        ({"responses": responses("a", model="m", person="p")}, "responses[0]: names both a model and a person"),
        ({"responses": responses("a", edited_from="r9")}, "responses[0].edited_from: no response has the id 'r9'."),
        (
            {"responses": responses("a", edited_from="r1")},
            "responses[0].edited_from: the response is an edit of itself",
        ),
        ({"responses": responses("a"), "comparisons": [["r1", "r9"]]}, "comparisons[0]: no response has the id 'r9'."),
        ({"responses": responses("a"), "comparisons": [["r1", "r1"]]}, "comparisons[0]: names a response twice."),
        (
            {"scores": [{"scorer": "s", "response": "r9", "value": 1}]},
            "scores[0].response: no response has the id 'r9'",
        ),
        (
            {"responses": responses("a"), "scores": [{"scorer": "s", "response": "r1", "value": float("nan")}]},
            "scores[0].value: NaN and Infinity are not scores",
        ),
        ({"metadata": {"a": {"b": 2**63}}}, "metadata.a.b: the whole number does not fit into 64 bits."),
        ({"responses": responses("a", metadata={"x": float("inf")})}, "responses[0].metadata.x: NaN and Infinity"),
    ],
)
def test_a_line_that_contradicts_itself_is_refused_by_the_place(fields, expected):
    assert reason(**fields).startswith(expected)


def test_edits_that_lead_in_a_circle_are_refused():
    a, b = responses("a", "b")
    assert "is an edit of itself" in reason(responses=[a | {"edited_from": "r2"}, b | {"edited_from": "r1"}])


def test_edits_that_lead_in_a_circle_once_equal_responses_are_one_are_refused():
    a, b, again = responses("a", "b", "a")
    assert "is an edit of itself" in reason(responses=[a | {"edited_from": "r2"}, b | {"edited_from": "r3"}, again])


def judgment(*ids, **fields):
    return {"judge": "Ada", "kind": "human", "responses": list(ids)} | fields


def test_the_same_text_by_the_same_author_is_one_response():
    line = checked(
        responses=responses("a", "a", "b", model="m"),
        judgments=[
            judgment("r3", "r2", order=["r2", "r3"], ranking=[["r2"], ["r3"]], ratings={"r2": {"x": 1}}),
            judgment("r2", spans=[{"response": "r2", "start": 0, "end": 1, "label": "l"}]),
        ],
        comparisons=[["r2", "r3"]],
        scores=[{"scorer": "s", "response": "r2", "value": 1}],
    )
    judged, marked = line.judgments
    assert [response.id for response in line.responses] == ["r1", "r3"]
    assert (marked.responses, marked.spans[0].response) == (["r1"], "r1")
    assert (judged.responses, judged.order, judged.ranking) == (["r3", "r1"], ["r1", "r3"], [["r1"], ["r3"]])
    assert (judged.ratings, line.comparisons, line.scores[0].response) == ({"r1": {"x": 1}}, [["r1", "r3"]], "r1")


def test_the_same_text_by_another_author_stays_another_response():
    line = checked(responses=[*responses("a", model="m"), {"id": "edit", "content": "a", "edited_from": "r1"}])
    assert [(r.id, r.edited_from) for r in line.responses] == [("r1", None), ("edit", "r1")]


def test_an_edit_that_changed_nothing_is_its_parent():
    line = checked(responses=[*responses("a"), {"id": "edit", "content": "a", "edited_from": "r1"}])
    assert [(r.id, r.edited_from) for r in line.responses] == [("r1", None)]


@pytest.mark.parametrize("field", ["judgments", "comparisons"])
def test_a_response_is_not_compared_with_itself(field):
    value = {"judgments": [judgment("r1", "r2")], "comparisons": [["r1", "r2"]]}[field]
    assert "compares a response with itself" in reason(responses=responses("a", "a"), **{field: value})


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
turns = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": texts}),
    max_size=4,
)
ids = st.sampled_from(["a", "b", "c"])
anything = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | texts, st.lists, max_leaves=5)
some = st.lists(ids, min_size=1, max_size=3, unique=True)
pair = st.sampled_from([["a", "b"], ["b", "c"]])
span = st.fixed_dictionaries(
    {"response": ids, "start": st.integers(0, 1), "end": st.integers(1, 9), "label": st.just("l")}
)
judgments = st.fixed_dictionaries(
    {"judge": st.just("j"), "kind": st.just("ai"), "responses": pair | some | st.lists(ids, min_size=1, max_size=3)},
    optional={
        "order": some,
        "preference": st.integers(-3, 3),
        "scale": st.integers(1, 3),
        "ranking": st.lists(st.lists(ids, min_size=1, max_size=2), min_size=1, max_size=3),
        "both_bad": st.booleans(),
        "status": st.sampled_from(["submitted", "unreadable"]),
        "probability": st.floats(0, 1),
        "created": st.just("2024-05-01T12:00:00Z") | texts,
        "ratings": st.dictionaries(ids, st.dictionaries(st.just("x"), st.floats(0, 5)), max_size=2),
        "spans": st.lists(span, max_size=2),
    },
)
contents = st.sampled_from(["x", "yy", [{"role": "assistant", "content": "x"}]])
authors = st.sampled_from([{}, {"model": "m"}, {"person": "p"}])
parents = st.sampled_from([{}, {}, {}, {"edited_from": "a"}])


@st.composite
def three_responses(draw):
    """The responses a, b and c, at times of one text and author, at times edits."""
    return [
        {"id": id_, "content": draw(contents)} | draw(authors) | (draw(parents) if id_ != "a" else {}) for id_ in "abc"
    ]


sound_but_judged_at_random = st.fixed_dictionaries(
    {"prompt": st.just("Why?"), "responses": three_responses(), "judgments": st.lists(judgments, max_size=2)},
    optional={
        "comparisons": st.lists(some, max_size=2),
        "scores": st.lists(
            st.fixed_dictionaries({"scorer": st.just("s"), "response": ids, "value": st.floats(0, 1)}), max_size=2
        ),
    },
)
random_turns = st.fixed_dictionaries(
    {"prompt": texts | turns},
    optional={
        "system": texts,
        "metadata": st.dictionaries(texts, anything, max_size=2),
        "responses": st.lists(st.fixed_dictionaries({"id": ids, "content": texts | turns}), max_size=2),
    },
)


@given(sound_but_judged_at_random | random_turns)
def test_a_line_is_refused_with_a_sentence_or_checked_for_good(shape):
    try:
        line = check(msgspec.convert(shape, Line))
    except RefusedLine as refused:
        reason = str(refused)
    else:
        reason = ""
    assert not reason or (reason.endswith(".") and ":" in reason)
    if reason:
        return
    written = msgspec.json.encode(line)
    again = check(msgspec.json.decode(written, type=Line))
    assert msgspec.json.encode(again) == written
