"""What is marked in a rendered response is what is marked in its source."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotate.reading.sources import APART, Run, runs_of, text_of
from core.images.placing import without_images
from core.rendering import html_of


def mapped(source: str) -> tuple[str, list[Run]]:
    html = without_images(html_of(source))
    return text_of(html), list(runs_of(source, html))


def written(source: str, words: str) -> str:
    """What of the source is marked when these words are, as the page does it."""
    shown, runs = mapped(source)
    start = shown.index(words)
    among = [run for run in runs if run[0] < start + len(words) and run[0] + run[2] > start]
    (at, begin, n, m), (last_at, last, last_n, last_m) = among[0], among[-1]
    first = begin + max(0, start - at) if n == m else begin
    end = last + min(last_n, start + len(words) - last_at) if last_n == last_m else last + last_m
    return source[first:end]


@pytest.mark.parametrize(
    ("source", "words", "expected"),
    [
        ("Plain words.", "words", "words"),
        ("Some **bold** words", "bold", "bold"),
        ("Some **bold** words", "Some bold", "Some **bold"),
        ("**a*b* c", "b c", "b* c"),
        ("***one** two*", "one two", "one** two"),
        ("snake_case_name and _em_", "em", "em"),
        ("Fish &amp; chips", "&", "&amp;"),
        ("Fish &amp; chips", "Fish & chips", "Fish &amp; chips"),
        ("&NotEqualTilde; b", "≂̸", "&NotEqualTilde;"),
        ("&unknown; b", "&unknown;", "&unknown;"),
        (r"\*not em\* yes", "*not em*", r"*not em\*"),
        (r"a\b", "b", "b"),
        ("`` a`b ``", "a`b", "a`b"),
        ("`a  b` b", "b b", "b` b"),
        ('[the label](https://example.org/label "title") after', "after", "after"),
        ("[b](https://b.example/b) b", " b", " b"),
        ("[label][ref] after\n\n[ref]: https://example.org", "after", "after"),
        ("<https://example.org/a> a", "https://example.org/a", "https://example.org/a"),
        ("![alt a](https://example.org/i.png) a", " a\n", " a"),
        ("# Title ##\n\nText", "Title", "Title"),
        ("Title\n=====\n\nText", "Text", "Text"),
        ("> one\n> two\nthree", "two\nthree", "two\nthree"),
        ("- one\n  two\n\n  three", "three", "three"),
        ("10. one\n11. two", "two", "two"),
        ("line one  \nline two", "one\nline", "one  \nline"),
        ("| a | b |\n|---|---|\n| a\\|b | `b` |", "a|b", "a\\|b"),
        ("```python\nx = 1\n\n    y = 2\n```", "    y = 2", "    y = 2"),
        ("    indented\n      more", "  more", "  more"),
        ("windows\r\nlines **too**\r\nend", "too\nend", "too**\r\nend"),
        ("$x^2$ and x", "and x", "and x"),
        ("😀 **e\u0301** مرحبا 👩‍👩‍👧", "👩‍👩‍👧", "👩‍👩‍👧"),
        ("😀 **e\u0301** مرحبا", "e\u0301 مرحبا", "e\u0301** مرحبا"),
        ("a\ttab", "tab", "tab"),
        ("<b>html</b> is text", "<b>html", "<b>html"),
    ],
)
def test_what_is_marked_is_found_in_the_source(source: str, words: str, expected: str) -> None:
    assert written(source, words) == expected


def test_formulas_and_images_cannot_be_pointed_into() -> None:
    source = "Before $x^2$ between ![x^2](https://example.org/x) after"
    shown, runs = mapped(source)
    assert APART in shown
    assert "".join(source[start : start + m] for _, start, _, m in runs) == "Before  between  after"


def test_a_text_too_long_to_be_rendered_is_its_own_source() -> None:
    source = "\n*word*\r\n" * 40_000
    shown, runs = mapped(source)
    assert shown.startswith("*word*")
    assert sum(n for _, _, n, _ in runs) >= 6 * 40_000


WORD = st.sampled_from(
    ["alpha", "β", "😀", "e\u0301x", "مرحبا", "a*b", "x_y", "1 < 2", "AT&T", "50 %", "日本語", "<i>", "don't"]
)
INLINE = st.recursive(
    WORD,
    lambda inner: st.one_of(
        inner.map("**{}**".format),
        inner.map("*{}*".format),
        inner.map("~~{}~~".format),
        inner.map("[{}](https://example.org/alpha_(1))".format),
        inner.map("`{}`".format),
        inner.map("\\*{}\\_ &amp; &#946;".format),
        inner.map("![{}](https://example.org/i.png)".format),
        inner.map("${}$".format),
        st.lists(inner, min_size=2, max_size=4).map(" ".join),
    ),
    max_leaves=8,
)
BLOCK = st.one_of(
    INLINE,
    INLINE.map("## {} ##".format),
    INLINE.map("> {}\n> more".format),
    INLINE.map("- {}\n- next\n  1. deep".format),
    INLINE.map("```python\n{}\n\n  x = 1\n```".format),
    INLINE.map("    {}\n    code".format),
    INLINE.map("| {} | alpha |\n|---|---|\n| a \\| b | β |".format),
    INLINE.map("{}  \nsecond line\\\nthird".format),
    INLINE.map("<https://example.org/alpha> {}".format),
)
MARKDOWN = st.lists(BLOCK, min_size=1, max_size=5).flatmap(
    lambda blocks: st.sampled_from(["\n\n", "\r\n\r\n", "\n\n\n"]).map(lambda gap: gap.join(blocks))
)


@settings(max_examples=100, deadline=None)
@given(MARKDOWN)
@example("[b](https://b.example/b) b")
@example("![alpha](https://example.org/alpha) alpha")
def test_runs_say_the_same_on_both_sides(source: str) -> None:
    shown, runs = mapped(source)
    for at, start, n, m in runs:
        if n == m:
            assert shown[at : at + n].replace("\n", " ") == source[start : start + m].replace("\n", " ")


@settings(max_examples=100, deadline=None)
@given(MARKDOWN)
def test_every_word_that_is_shown_can_be_marked(source: str) -> None:
    shown, runs = mapped(source)
    covered = {at + n for at, _, count, _ in runs for n in range(count)}
    lost = {shown[at] for at in range(len(shown)) if at not in covered and not shown[at].isspace()}
    assert lost <= {APART}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["{}", "**{}**", "`{}`", "[{}](https://w1.example/w2)", "*{}*", "\\_{}", "- {}", "> {}", "# {}"]
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_word_that_is_there_once_is_found_where_it_is(forms: list[str]) -> None:
    source = "\n\n".join(form.format(f"word{n:02}") for n, form in enumerate(forms))
    shown, runs = mapped(source)
    for n in range(len(forms)):
        word = f"word{n:02}"
        at = shown.index(word)
        run = next(run for run in runs if run[0] <= at < run[0] + run[2])
        assert run[1] + at - run[0] == source.index(word)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab*_`[]()<>!&;#\\|~$ \n\r\t-1.😀é"), max_size=80))
def test_whatever_is_written_is_mapped_in_order(source: str) -> None:
    shown, runs = mapped(source)
    for before, after in pairwise(runs):
        assert before[0] + before[2] <= after[0]
        assert before[1] + before[3] <= after[1]
    assert all(at >= 0 and at + n <= len(shown) and start >= 0 and start + m <= len(source) for at, start, n, m in runs)
