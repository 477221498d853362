"""What a judge's rationale says about one of the answers that it judged."""

from synth.generate.critics import LONGEST_CRITIQUE, Critique, critique_in


def test_an_answer_is_called_by_the_letter_under_which_it_was_shown():
    assert critique_in("B is short.", 0, [1, 0]) == Critique("B is short.", "response B")
    assert critique_in("B is short.", 1, [1, 0]) == Critique("B is short.", "response A")


def test_alone_it_has_no_letter():
    assert critique_in("It is short.", 0, [0]).called == ""
    assert critique_in("It is short.", 0, None) == Critique("It is short.")


def test_of_ratings_one_by_one_only_its_own_is_taken():
    text = "[slot 0]\nRight.\n\n[slot 1]\nWrong:\nthe date."
    assert critique_in(text, 1, None).text == "Wrong:\nthe date."
    assert critique_in(text, 0, None).text == "Right."
    assert critique_in(text, 2, None).text == ""


def test_a_list_longer_than_the_alphabet_has_no_letters():
    assert critique_in("Some are short.", 3, list(range(30))).called == ""


def test_a_long_one_is_cut():
    assert len(critique_in("x" * 50_000, 0, None).text) == LONGEST_CRITIQUE
