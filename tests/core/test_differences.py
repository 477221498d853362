from core.differences import MOST_LINES, Line, difference


def kinds(before: str, after: str) -> list[tuple[str, str]]:
    return [(line.kind, line.text) for line in difference(before, after).lines]


def test_what_was_added_and_removed_stands_in_its_place():
    assert kinds("a\nb\nc", "a\nx\nc\nd") == [
        ("same", "a"),
        ("removed", "b"),
        ("added", "x"),
        ("same", "c"),
        ("added", "d"),
    ]


def test_lines_are_counted():
    found = difference("a\nb", "a\nc\nd")
    assert (found.added, found.removed, found.is_none) == (2, 1, False)


def test_what_stayed_far_from_a_change_is_left_out():
    before = "\n".join(str(number) for number in range(20))
    after = before.replace("10", "ten")
    lines = difference(before, after).lines
    assert lines[0] == lines[-1] == Line("gap")
    assert [line.text for line in lines if line.kind == "same"] == ["8", "9", "11", "12"]


def test_equal_texts_differ_in_nothing():
    assert difference("a\nb", "a\nb").is_none
    assert difference("", "").is_none


def test_very_long_texts_are_not_compared_but_said_to_differ():
    long = "x\n" * (MOST_LINES + 1)
    found = difference(long, long + "y")
    assert (found.too_long, found.is_none) == (True, False)
    assert difference(long, long).is_none
