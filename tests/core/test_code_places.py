"""Where code stands in text as it was written."""

import pytest

from core.code_places import code_places


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("No code.", []),
        ("Use `x = 1` here.", ["`x = 1`"]),
        ("Before\n```python\nx = `1`\n```\nafter `y`.", ["```python\nx = `1`\n```\n", "`y`"]),
        ("An open one:\n\n~~~\nx\n", ["~~~\nx\n"]),
        ("Text\n\n    indented\n\nText", ["    indented\n"]),
        ("``a ` b`` and `c``", ["``a ` b``"]),
        ("lone ` tick", []),
        (r"escaped \` and `this`", ["`this`"]),
        ("سطر `س` 🙂\r\n\r\n```\r\nx\r\n```", ["`س`", "```\r\nx\r\n```"]),
        ("", []),
    ],
)
def test_code_is_found_with_its_markers(text, code):
    assert [text[start:end] for start, end in code_places(text)] == code


def test_many_backticks_take_no_longer_than_their_number():
    assert code_places("a" + "`" * 50_000) == []
    assert len(code_places("a" + "` `` " * 20_000)) == 40_000 // 3
    assert code_places("a" + " ".join("`" * length for length in range(1, 600))) == []
