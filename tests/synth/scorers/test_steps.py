"""Rewards of the steps of an answer."""

import pytest

from synth.scorers.steps import Step, steps_of


def test_steps_are_divided_by_empty_lines_and_add_up_to_the_whole():
    text = "One.\n\nTwo\nmore.\n \nThree."
    found = steps_of(text, [4, 6, 9, 18, 24], [0.5, 0.25, -1.0, 0.125, 2.0])
    assert found == [Step(6, 0.75), Step(18, -0.875), Step(24, 2.0)]
    assert sum(step.reward for step in found) == 0.5 + 0.25 - 1.0 + 0.125 + 2.0


def test_a_piece_over_two_steps_is_the_later_ones_and_the_end_of_the_turn_the_last_ones():
    assert steps_of("One.\n\nTwo.", [3, 8, 10, 11], [1.0, 4.0, 0.0, -2.0]) == [Step(6, 1.0), Step(10, 2.0)]


@pytest.mark.parametrize("text", ["One step.", "\n\nOne step.", "One step.\n\n"])
def test_an_answer_without_empty_lines_inside_is_one_step(text):
    assert steps_of(text, [len(text)], [1.5]) == [Step(len(text), 1.5)]


def test_where_no_pieces_were_kept_there_are_no_steps():
    assert steps_of("One.\n\nTwo.", [], []) == []
