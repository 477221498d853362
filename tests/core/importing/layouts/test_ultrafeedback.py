"""UltraFeedback, binarized."""

import pytest

PROMPT = "Name a prime above ten."


def sides(answer):
    return [{"role": "user", "content": PROMPT}, {"role": "assistant", "content": answer}]


ROW = {
    "prompt": PROMPT,
    "prompt_id": "9f2c",
    "chosen": sides("Eleven."),
    "rejected": sides("Twelve."),
    "messages": sides("Eleven."),
    "score_chosen": 8.5,
    "score_rejected": 3.0,
}


def test_scores_and_the_preference_are_those_of_a_model(line_of):
    line = line_of(ROW)

    assert (line.prompt, line.metadata) == (PROMPT, {"prompt_id": "9f2c"})
    assert [response.content for response in line.responses] == ["Eleven.", "Twelve."]
    assert [(s.scorer, s.response, s.value) for s in line.scores] == [
        ("ultrafeedback", "chosen", 8.5),
        ("ultrafeedback", "rejected", 3.0),
    ]
    assert [(j.judge, j.kind, j.preference) for j in line.judgments] == [("ultrafeedback", "ai", 1)]


@pytest.mark.parametrize(
    "names",
    [
        ("chosen-model", "rejected-model", "chosen-rating", "rejected-rating"),
        ("chosen_model", "rejected_model", "chosen_rating", "rejected_rating"),
    ],
)
def test_models_are_taken_where_the_row_names_them(line_of, names):
    row = {name: ROW[name] for name in ("prompt", "chosen", "rejected")}
    line = line_of(row | dict(zip(names, ("heron", "wren", 5, 2), strict=True)))

    assert [response.model for response in line.responses] == ["heron", "wren"]
    assert [score.value for score in line.scores] == [5.0, 2.0]
    assert line.metadata == {}


def test_a_missing_score_is_no_score(line_of):
    assert [score.response for score in line_of(ROW | {"score_rejected": None}).scores] == ["chosen"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rejected": sides("Eleven.")}, "chosen, rejected: are the same"),
        ({"score_chosen": "high"}, "chosen: its score must be a number."),
        ({"chosen": sides("Eleven.")[:1]}, "chosen: the conversation must end with an assistant turn."),
    ],
)
def test_rows_that_do_not_fit_are_refused(reason_of, change, reason):
    assert reason_of(ROW, ROW | change).startswith(reason)
