"""TRL's explicit and implicit preference rows."""

import pytest

USER = {"role": "user", "content": "What colour is the sky?"}
BLUE = {"role": "assistant", "content": "It is blue."}
GREEN = {"role": "assistant", "content": "It is green."}


def test_texts_become_two_responses_and_one_judgment(line_of):
    line = line_of({"prompt": "The sky is", "chosen": " blue.", "rejected": " green."})

    assert line.prompt == "The sky is"
    assert [(r.id, r.content, r.model) for r in line.responses] == [
        ("chosen", " blue.", None),
        ("rejected", " green.", None),
    ]
    (judgment,) = line.judgments
    assert (judgment.judge, judgment.kind, judgment.responses) == ("trl", "human", ["chosen", "rejected"])
    assert (judgment.preference, judgment.scale, judgment.order) == (1, None, None)


def test_message_lists_become_texts_where_they_hold_one_plain_turn(line_of):
    line = line_of({"prompt": [USER], "chosen": [BLUE], "rejected": [GREEN]})

    assert (line.prompt, [r.content for r in line.responses]) == (USER["content"], ["It is blue.", "It is green."])


def test_a_prompt_of_several_turns_stays_a_list(line_of):
    turns = [USER, BLUE, {"role": "user", "content": "Always?"}]
    line = line_of({"prompt": turns, "chosen": "No.", "rejected": "Yes."})

    assert line.prompt == turns


def test_sides_that_repeat_the_prompt_are_cut(line_of):
    line = line_of({"prompt": USER["content"], "chosen": [USER, BLUE], "rejected": [USER, GREEN]})

    assert (line.prompt, line.responses[0].content) == (USER["content"], "It is blue.")


def test_system_scores_and_the_other_columns_are_kept(line_of):
    row = {
        "prompt": "The sky is",
        "chosen": "blue",
        "rejected": "green",
        "system": "Be terse.",
        "margin": 1.5,
        "score_chosen": 4.5,
        "score_rejected": 3,
        "source": "a lab",
    }
    line = line_of(row)

    assert line.system == "Be terse."
    assert line.metadata == {"margin": 1.5, "source": "a lab"}
    assert [response.metadata for response in line.responses] == [{"score": 4.5}, {"score": 3}]


def test_the_kind_of_judge_can_be_said(line_of):
    line = line_of({"prompt": "The sky is", "chosen": "blue", "rejected": "green"}, kind="ai")

    assert line.judgments[0].kind == "ai"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rejected": "blue "}, "chosen, rejected: are the same, so the row prefers nothing."),
        ({"rejected": None}, "rejected: is missing."),
        ({"rejected": 7}, "rejected: expected text or a list of messages."),
        ({"prompt": ""}, "prompt: is empty."),
        ({"prompt": [USER, BLUE]}, "prompt: ends with an assistant turn; the last turn must be the one to answer."),
        ({"prompt": [{"role": "bot", "content": ""}]}, "prompt[0].role: 'bot' is not one of"),
        ({"chosen": [USER], "rejected": [USER]}, "chosen: the conversation must end with an assistant turn."),
        ({"system": 3}, "system: expected text or null, got a whole number."),
    ],
)
def test_rows_that_say_nothing_are_refused(reason_of, change, reason):
    row = {"prompt": "The sky is", "chosen": "blue", "rejected": "green"}
    assert reason_of(row, row | change).startswith(reason)


def test_the_prompt_of_implicit_rows_is_what_the_conversations_share(line_of):
    again = {"role": "user", "content": "And at night?"}
    black = {"role": "assistant", "content": "Black."}
    line = line_of({"chosen": [USER, BLUE, again, black], "rejected": [USER, BLUE, again, GREEN], "margin": 2})

    assert line.prompt == [USER, BLUE, again]
    assert [response.content for response in line.responses] == ["Black.", "It is green."]
    assert line.metadata == {"margin": 2}


def test_implicit_rows_that_part_early_keep_all_later_turns(line_of):
    again = {"role": "user", "content": "Are you sure?"}
    line = line_of({"chosen": [USER, BLUE, again, BLUE], "rejected": [USER, GREEN, again, GREEN]})

    assert line.prompt == USER["content"]
    assert [response.content for response in line.responses] == [[BLUE, again, BLUE], [GREEN, again, GREEN]]


def test_a_conversation_that_stops_where_the_other_goes_on_is_cut_back_to_the_last_question(line_of):
    again = {"role": "user", "content": "Are you sure?"}
    line = line_of({"chosen": [USER, BLUE], "rejected": [USER, BLUE, again, GREEN]})

    assert line.prompt == USER["content"]
    assert [response.content for response in line.responses] == ["It is blue.", [BLUE, again, GREEN]]


def test_a_leading_system_turn_becomes_the_system_text(line_of):
    system = {"role": "system", "content": "Be terse."}
    line = line_of({"chosen": [system, USER, BLUE], "rejected": [system, USER, GREEN]})

    assert (line.system, line.prompt) == ("Be terse.", USER["content"])


@pytest.mark.parametrize(
    ("chosen", "rejected", "reason"),
    [
        ([USER, BLUE], [USER, BLUE], "chosen, rejected: are the same"),
        ([USER, BLUE], [{**USER, "content": "Why?"}, GREEN], "The two conversations share no opening turns"),
        ([USER, BLUE], [], "rejected: expected a list of messages that is not empty."),
        ([USER, BLUE], [USER, "no"], "rejected[1]: a message is an object with a role and a content."),
        ([USER, BLUE], "no", "The columns chosen, rejected are not those of the layout trl_implicit"),
    ],
)
def test_implicit_rows_without_a_preference_are_refused(reason_of, chosen, rejected, reason):
    good = {"chosen": [USER, BLUE], "rejected": [USER, GREEN]}
    assert reason_of(good, {"chosen": chosen, "rejected": rejected}).startswith(reason)
