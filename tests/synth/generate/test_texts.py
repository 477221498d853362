"""What a model is sent for a prompt."""

import pytest

from synth.generate.texts import conversation, own_prompts, parted, passages, system_of, unfenced, with_passages

USER = {"role": "user", "content": "Hello"}


@pytest.mark.parametrize(
    ("given", "place", "expected"),
    [
        (None, "instead", "Own."),
        ("New.", "instead", "New."),
        ("New.", "before", "New.\n\nOwn."),
        ("", "instead", ""),
        ("", "before", "Own."),
    ],
)
def test_a_system_text_stands_instead_of_the_prompts_own_or_before_it(given, place, expected):
    assert system_of("Own.", given, place) == expected


def test_there_is_no_empty_system_message():
    assert conversation("", (USER,)) == (USER,)
    assert conversation("Own.", (USER,)) == ({"role": "system", "content": "Own."}, USER)


def test_system_messages_at_the_beginning_are_one_text_and_later_ones_stay():
    system = {"role": "system", "content": "One."}
    assert parted((system, {"role": "system", "content": "Two."}, USER, system)) == ("One.\n\nTwo.", (USER, system))
    assert parted((system,)) == ("One.", ())


def test_contexts_follow_numbered_and_without_any_nothing_does():
    contexts = [{"title": "Note", "text": "$x {y}"}, {"text": "Two."}]
    assert passages(contexts) == "[1] Note\n$x {y}\n\n[2] Two."
    assert with_passages("Own.", contexts).startswith("Own.\n\nUse these passages")
    assert with_passages("Own.", contexts).endswith(passages(contexts))
    assert with_passages("Own.", ()) == "Own."


def test_fences_that_a_model_repeats_are_taken_off():
    assert unfenced("<<<abc answer\nOne.\n\nTwo.\nabc>>>", "abc") == "One.\n\nTwo."
    assert unfenced("One.", "abc") == "One."


def test_every_prompt_file_has_a_version():
    labels = {prompt.label for prompt in own_prompts().values()}
    assert {"contexts@1", "critique@1", "improve@1"} <= labels
