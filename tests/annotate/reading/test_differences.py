"""Where two answers differ: the words, nothing else, in every script, and never longer than anybody waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.reading import differences as module
from annotate.reading.differences import BY_LINES, EQUAL, TOO_LONG, changes, differences

TEXTS = st.text(st.sampled_from("ab .,\n\t我猫\u0627x_1'"), max_size=60) | st.text(max_size=40)


def only(side: object) -> list[str]:
    return [piece.text for piece in side if piece.only]


def test_the_words_that_one_answer_has_alone_are_marked() -> None:
    found = differences("The quick brown fox.", "The slow brown fox!")
    assert (only(found.one), only(found.other)) == (["quick ", "."], ["slow ", "!"])
    assert found.count == 4
    assert found.said == ""


def test_spaces_make_no_difference() -> None:
    found = differences("one two\n\nthree", "one  two three ")
    assert found.count == 0
    assert found.said == EQUAL


def test_names_in_code_are_words_and_signs_are_their_own() -> None:
    found = differences("x = foo_bar(1)\n", "x = foo_baz[1]\n")
    assert only(found.one) == ["foo_bar(", ")\n"]


def test_scripts_without_spaces_are_compared_by_character() -> None:
    found = differences("我喜欢猫", "我爱猫")
    assert (only(found.one), only(found.other)) == (["喜欢"], ["爱"])


def test_arabic_words_are_words() -> None:
    found = differences("مرحبا بك هنا", "مرحبا بكم هنا")
    assert (only(found.one), only(found.other)) == (["بك "], ["بكم "])


@given(TEXTS, TEXTS)
def test_both_texts_come_through_whole(one: str, other: str) -> None:
    found = differences(one, other)
    assert "".join(piece.text for piece in found.one) == one
    assert "".join(piece.text for piece in found.other) == other
    same = [["".join(p.text.split()) for p in side if not p.only] for side in (found.one, found.other)]
    assert "".join(same[0]) == "".join(same[1])


@given(TEXTS, TEXTS)
def test_the_way_from_one_to_the_other_leads_there(before: str, after: str) -> None:
    steps, _ = changes(before, after)
    assert "".join(step.text for step in steps if step.kind != "removed") == after
    assert all(step.text for step in steps)


def test_long_answers_are_compared_by_lines_and_say_so() -> None:
    lines = [f"line {n} has five words or more" for n in range(1_000)]
    found = differences("\n".join(lines), "\n".join([*lines[:500], "another line", *lines[501:]]))
    assert found.said == BY_LINES
    assert (only(found.one), only(found.other)) == ([f"{lines[500]}\n"], ["another line\n"])


def test_very_long_answers_are_not_compared_and_say_so() -> None:
    found = differences("word\n" * 6_000, "other\n" * 6_000)
    assert found.said == TOO_LONG
    assert (found.one, found.other, found.count) == ((), (), 0)
    assert changes("word\n" * 6_000, "") == ([], TOO_LONG)


@pytest.mark.parametrize("few", [1, 75])
def test_a_text_that_was_written_to_take_long_is_given_up(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in steps of the search, for time depends on the machine."""
    walked = 0
    search = module._Bounded.find_longest_match

    def counted(self, alo, ahi, blo, bhi):
        nonlocal walked
        match = search(self, alo, ahi, blo, bhi)
        walked += self._upto[ahi] - self._upto[alo]
        return match

    monkeypatch.setattr(module._Bounded, "find_longest_match", counted)
    one = " ".join(f"x{n % few}" if n % 2 else f"u{n}" for n in range(2_900))
    other = " ".join(f"x{n % few}" if n % 2 else f"v{n}" for n in range(2_900))
    assert differences(one, other).said == BY_LINES
    assert walked <= module.MOST_STEPS
