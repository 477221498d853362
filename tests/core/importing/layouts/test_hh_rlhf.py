"""Transcripts of hh-rlhf."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.importing.layouts.hh_rlhf import turns

OPENING = "\n\nHuman: How do I boil an egg?\n\nAssistant: Put it in water.\n\nHuman: How long?"
CHOSEN = f"{OPENING}\n\nAssistant: Eight minutes.\n\nThen cool it."
REJECTED = f"{OPENING}\n\nAssistant: A while."


def test_the_prompt_is_the_shared_turns(line_of):
    line = line_of({"chosen": CHOSEN, "rejected": REJECTED})

    assert line.prompt == [
        {"role": "user", "content": "How do I boil an egg?"},
        {"role": "assistant", "content": "Put it in water."},
        {"role": "user", "content": "How long?"},
    ]
    assert [response.content for response in line.responses] == ["Eight minutes.\n\nThen cool it.", "A while."]
    assert [(j.judge, j.kind, j.preference) for j in line.judgments] == [("hh-rlhf", "human", 1)]


def test_transcripts_that_part_in_the_middle_share_only_their_opening(line_of):
    line = line_of(
        {
            "chosen": "\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Bye\n\nAssistant: Goodbye.",
            "rejected": "\n\nHuman: Hi\n\nAssistant: What?\n\nHuman: Bye\n\nAssistant: Go.",
        }
    )

    assert line.prompt == "Hi"
    assert [turn["content"] for turn in line.responses[1].content] == ["What?", "Bye", "Go."]


@pytest.mark.parametrize(
    ("rejected", "reason"),
    [
        (f"{OPENING}\n\nAssistant:", "rejected: the last answer is empty."),
        (f"{OPENING}\n\nAssistant: \n", "rejected: the last answer is empty."),
        (OPENING, "rejected: the transcript ends with a Human turn, so there is no answer to judge."),
        (CHOSEN, "chosen, rejected: are the same, so the row prefers nothing."),
        ("Eight minutes.", "rejected: expected a transcript that starts with 'Human:'."),
        ("", "rejected: expected a transcript that starts with 'Human:'."),
        ("\n\nAssistant: Hello.", "rejected: expected a transcript that starts with 'Human:'."),
        ("\n\nHuman: Why?\n\nAssistant: So.", "The two conversations share no opening turns that both answer"),
    ],
)
def test_rows_without_two_answers_to_one_question_are_refused(reason_of, rejected, reason):
    good = {"chosen": CHOSEN, "rejected": REJECTED}
    assert reason_of(good, {"chosen": CHOSEN, "rejected": rejected}).startswith(reason)


spoken = st.text().filter(lambda text: "Human:" not in text and "Assistant:" not in text)


@given(st.lists(st.tuples(spoken, spoken), min_size=1, max_size=5))
def test_a_written_transcript_reads_back_as_its_turns(exchanges):
    said = [pair for question, answer in exchanges for pair in (("user", question), ("assistant", answer))]
    names = {"user": "Human", "assistant": "Assistant"}
    transcript = "".join(f"\n\n{names[role]}: {text}" for role, text in said)

    assert [(turn["role"], turn["content"]) for turn in turns(transcript, "chosen")] == said
