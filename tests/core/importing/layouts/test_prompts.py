"""Prompts without answers."""

import pytest


@pytest.mark.parametrize(
    ("row", "prompt"),
    [
        ({"prompt": "Why?", "id": 7}, "Why?"),
        ({"question": "Why?", "id": 7}, "Why?"),
        ({"instruction": "Translate.", "input": "chat", "id": 7}, "Translate.\n\nchat"),
        ({"instruction": "Translate.", "input": "", "id": 7}, "Translate."),
        ({"messages": [{"role": "user", "content": "Why?"}], "id": 7}, "Why?"),
    ],
)
def test_each_name_of_a_prompt_is_known(line_of, row, prompt):
    line = line_of(row)

    assert (line.prompt, line.metadata, line.responses) == (prompt, {"id": 7}, [])


def test_system_and_reference_keep_their_meaning(line_of):
    line = line_of({"question": "Why?", "system": "Be terse.", "reference": "Because."})

    assert (line.system, line.reference, line.metadata) == ("Be terse.", "Because.", {})


def test_an_input_beside_another_prompt_is_not_lost(line_of):
    assert line_of({"question": "Why?", "input": "x"}).metadata == {"input": "x"}


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "Translate.", "output": "Katze"},
        {"question": "Why?", "answer": "Because."},
        {"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}]},
        {"question": "Why?", "instruction": "Answer."},
    ],
)
def test_an_answer_is_never_dropped_in_silence(reason_of, row):
    assert reason_of(row).startswith(f"No layout has the columns {', '.join(sorted(row))}.")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": " "}, "prompt: is empty."),
        ({"question": 7}, "question: expected text."),
        ({"instruction": "x", "input": 7}, "input: expected text."),
        ({"question": "x", "output": "y"}, "The columns output, question are not those of the layout prompts"),
    ],
)
def test_rows_that_do_not_fit_are_refused(reason_of, row, reason):
    assert reason_of({"question": "Why?"}, row).startswith(reason)
