"""HelpSteer2: ratings, and preferences whose sign is the other way round."""

import pytest

RATED = {
    "prompt": "c#",
    "response": "A language.",
    "helpfulness": 3,
    "correctness": 4,
    "coherence": 4,
    "complexity": 2,
    "verbosity": 1,
}
PREFERRED = {
    "split": "train",
    "prompt": "c#",
    "response_1": "A language.",
    "response_2": "A note.",
    "preference_strength": -2,
    "preference_statement": "Response 1 knows what is meant.",
}


def test_ratings_are_one_persons_judgment_of_one_response(line_of):
    line = line_of(RATED)
    (judgment,) = line.judgments

    assert [response.content for response in line.responses] == ["A language."]
    assert (judgment.judge, judgment.kind, judgment.responses) == ("helpsteer2", "human", ["response"])
    assert judgment.ratings == {
        "response": {"helpfulness": 3, "correctness": 4, "coherence": 4, "complexity": 2, "verbosity": 1}
    }


@pytest.mark.parametrize(("strength", "preference"), [(-3, 3), (-1, 1), (0, 0), (2, -2)])
def test_a_negative_strength_means_that_response_1_is_better(line_of, strength, preference):
    (judgment,) = line_of(PREFERRED | {"preference_strength": strength}).judgments

    assert judgment.responses == ["response_1", "response_2"]
    assert (judgment.preference, judgment.scale) == (preference, 3)


def test_the_statement_is_the_rationale(line_of):
    line = line_of(PREFERRED)

    assert line.judgments[0].rationale == "Response 1 knows what is meant."
    assert line.metadata == {"split": "train"}


def test_markers_in_the_prompt_become_turns(line_of):
    prompt = "Hi\n<extra_id_1>Assistant\nHello.\n<extra_id_1>User\nWhat is c#?"

    assert line_of(RATED | {"prompt": prompt}).prompt == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "What is c#?"},
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (PREFERRED | {"preference_strength": 4}, "preference_strength: expected a whole number from -3 to 3."),
        (PREFERRED | {"preference_strength": None}, "preference_strength: expected a whole number from -3 to 3."),
        (PREFERRED | {"response_2": "A language."}, "judgments[0].responses: compares a response with itself"),
        (RATED | {"helpfulness": "high"}, "judgments[0].ratings[...][...]: expected a number, got text."),
        (RATED | {"response": None}, "response: expected text."),
        (RATED | {"prompt": "Hi\n<extra_id_1>Assistant\nHello."}, "prompt: ends with an assistant turn"),
    ],
)
def test_rows_that_do_not_fit_are_refused(reason_of, row, reason):
    assert reason_of(RATED, row).startswith(reason)
