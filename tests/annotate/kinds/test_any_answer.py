"""Any answer that the form can produce means the same when it is read back, and nothing that is sent can crash it."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.kinds.answers import asked, filled, read_answers
from annotate.kinds.checking import check_questions
from annotate.kinds.protocol import BadAnswer, Said, Shown
from annotate.kinds.telling import told
from core.importing.interchange import Judgment
from tests.annotate.kinds.making import characters, fields, question_sets, screens, texts

LONG = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@LONG
@given(question_sets())
def test_what_is_made_here_can_be_published(questions: list[dict[str, Any]]) -> None:
    check_questions(questions)


@LONG
@given(st.data())
def test_an_answer_written_back_into_the_form_is_the_same_answer(data: st.DataObject) -> None:
    questions = data.draw(question_sets())
    shown = data.draw(screens(questions))
    try:
        said = read_answers(questions, data.draw(fields(questions, shown)), shown)
    except BadAnswer:
        return
    stored = Said(**json.loads(json.dumps({name: getattr(said, name) for name in Said.__slots__})))
    assert read_answers(questions, filled(questions, stored, shown), shown) == said
    assert len(told(questions, stored, shown.letters)) >= 1


@LONG
@given(st.data())
def test_what_cannot_be_true_is_never_stored(data: st.DataObject) -> None:
    questions = data.draw(question_sets())
    shown = data.draw(screens(questions))
    try:
        said = read_answers(questions, data.draw(fields(questions, shown)), shown)
    except BadAnswer:
        return
    if said.ranks is not None:
        assert len(said.ranks) == shown.k
        assert min(said.ranks) == 1
        assert max(said.ranks) <= shown.k
        assert not said.both_bad or set(said.ranks) == {1}
    assert {int(slot) for slot in said.ratings} <= set(shown.order)
    assert all(0 <= span["start"] < span["end"] <= len(shown.texts[span["slot"]] or "") for span in said.spans)


anything = st.text(max_size=12) | st.sampled_from(
    ["up", "1", "99999999999999999999", "²", "both_bad", "[", "[" * 9_000, "[{}]", "1e999", '[{"place": true}]', "\0",
     '[{"place": 0, "start": 0, "end": 1, "label": ["a"]}]', '[{"place": 9, "start": 0, "end": 1, "label": "x"}]',
     "[" + "9" * 5_000 + "]", "\ud800"]
)  # fmt: skip


@LONG
@given(st.data())
def test_nothing_that_is_sent_can_crash_the_parser(data: st.DataObject) -> None:
    questions = data.draw(question_sets())
    shown = data.draw(screens(questions))
    names = list(data.draw(fields(questions, shown)))
    ids = [each["id"] for each in questions]
    names += [f"{each}{ending}" for each in ids for ending in ("", ".0", ".0.x", ".tags", ".text", ".place")]
    sent = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=5), st.lists(anything, max_size=3)))
    asked(questions, sent, shown)
    try:
        said = read_answers(questions, sent, shown)
    except BadAnswer as error:
        refused = error
    else:
        json.dumps([said.answers, said.ratings, said.spans], ensure_ascii=False).encode()
        return
    assert refused.question in ids
    assert str(refused).endswith(".")


foreign = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["0", "1", "ranks", "slot", "text", "both_bad", "q0_clear"]) | st.text(characters, max_size=3),
        inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@LONG
@given(st.data())
def test_what_an_import_has_left_can_be_told_and_shown(data: st.DataObject) -> None:
    questions = data.draw(question_sets())
    shown = data.draw(screens(questions))
    ids = [f"{each['id']}{ending}" for each in questions for ending in ("", "_tags")]
    ranks = data.draw(st.none() | st.lists(st.integers(1, shown.k), min_size=shown.k, max_size=shown.k))
    said = Said(
        ranks=ranks,
        partial=data.draw(st.booleans()),
        both_bad=data.draw(st.booleans()),
        answers=data.draw(st.dictionaries(st.sampled_from(ids), foreign)),
        ratings=data.draw(
            st.dictionaries(st.sampled_from(["0", "1"]), st.dictionaries(st.sampled_from(ids), st.floats(-9, 9)))
        ),
        spans=[{"slot": 0, "start": 0, "end": 1, "label": "elsewhere", "note": ""}],
        rationale=data.draw(texts),
    )
    told(questions, said, shown.letters)
    asked(questions, filled(questions, said, shown), shown)


def test_the_interchange_format_has_a_place_for_everything_that_is_said() -> None:
    kept = set(Judgment.__struct_fields__) | {"ranks", "strength", "partial"}
    assert set(Said.__slots__) <= kept


def test_the_order_on_the_screen_does_not_show_in_what_is_stored() -> None:
    questions = [{"id": "main", "kind": "ranking", "text": "Rank"}]
    one = read_answers(questions, {"main.0": ["1"], "main.1": ["2"], "main.2": ["3"]}, Shown([0, 1, 2]))
    other = read_answers(questions, {"main.0": ["3"], "main.1": ["1"], "main.2": ["2"]}, Shown([2, 0, 1]))
    assert one == other
    with pytest.raises(BadAnswer):
        read_answers(questions, {"main.0": ["1"]}, Shown([0, 1, 2]))
