"""Battles of two models."""

import pytest


def talk(*texts):
    return [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]


ROW = {
    "question_id": "58210e39",
    "model_a": "heron",
    "model_b": "wren",
    "winner": "model_a",
    "judge": "arena_user_973",
    "conversation_a": talk("Why?", "Because."),
    "conversation_b": talk("Why?", "No idea."),
    "turn": 1,
    "language": "English",
    "tstamp": 1682351591.1322,
}


def test_a_battle_is_two_models_answers_and_a_vote(line_of):
    line = line_of(ROW)
    (judgment,) = line.judgments

    assert line.prompt == "Why?"
    assert [(r.model, r.content) for r in line.responses] == [("heron", "Because."), ("wren", "No idea.")]
    assert (judgment.judge, judgment.kind, judgment.preference) == ("arena_user_973", "human", 1)
    assert judgment.order == ["a", "b"]
    assert judgment.created == "2023-04-24T15:53:11.132200+00:00"
    assert line.metadata == {"question_id": "58210e39", "language": "English", "turn": 1}


@pytest.mark.parametrize(
    ("winner", "preference", "both_bad"),
    [("model_b", -1, False), ("tie", 0, False), ("tie (bothbad)", 0, True), ("both_bad", 0, True)],
)
def test_every_outcome_is_kept(line_of, winner, preference, both_bad):
    (judgment,) = line_of(ROW | {"winner": winner}).judgments

    assert (judgment.preference, judgment.both_bad) == (preference, both_bad)


def test_answers_after_the_judged_turn_are_left_out(line_of):
    both = {
        "conversation_a": talk("Why?", "Because.", "And?", "So."),
        "conversation_b": talk("Why?", "No idea.", "And?", "Hm."),
    }

    assert [r.content for r in line_of(ROW | both).responses] == ["Because.", "No idea."]
    assert len(line_of(ROW | both | {"turn": 2}).responses[0].content) == 3


def test_two_models_may_say_the_same(line_of):
    line = line_of({**ROW, "conversation_b": ROW["conversation_a"], "winner": "tie"})

    assert [(r.model, r.content) for r in line.responses] == [("heron", "Because."), ("wren", "Because.")]


def test_a_judge_without_a_name_and_one_that_is_a_model(line_of):
    assert line_of({**ROW, "judge": None}).judgments[0].judge == "fastchat"
    (judgment,) = line_of({**ROW, "judge": "gpt4_pair"}).judgments
    assert judgment.kind == "ai"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"winner": "model_c"}, "winner: expected one of model_a, model_b, tie"),
        ({"winner": ["model_a"]}, "winner: expected one of model_a, model_b, tie"),
        ({"conversation_b": talk("How?", "No idea.")}, "The two conversations share no opening turns"),
        ({"conversation_b": talk("Why?")}, "conversation_b: has no answer number 1."),
        ({"turn": 2}, "conversation_a: has no answer number 2."),
        ({"turn": "first"}, "turn: expected a whole number from 1."),
        ({"tstamp": 1e300}, "tstamp: expected seconds since 1970."),
        ({"model_a": None, "model_b": 7}, "responses[1].model: expected text or null, got a whole number."),
    ],
)
def test_rows_that_do_not_fit_are_refused(reason_of, change, reason):
    assert reason_of(ROW, ROW | change).startswith(reason)
