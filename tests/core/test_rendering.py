import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import rendering
from core.rendering import rendered
from tests.core.views.markup import ALL_IN_ONE, CONTENT_PAYLOADS, Page, dangers, each_content_payload

MARKUP = st.text("<>/\"'`=!-[]()#*_~|:&;\n\t abhijkopqrstx\\\u202e\u0000\ud800", max_size=200)


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


def test_there_are_enough_payloads() -> None:
    assert len(set(CONTENT_PAYLOADS)) >= 180


def test_all_payloads_in_one_text_do_nothing() -> None:
    assert dangers(rendered(ALL_IN_ONE)) == []


@each_content_payload
def test_a_payload_does_nothing(payload: str) -> None:
    assert dangers(rendered(payload)) == []


@each_content_payload
def test_a_payload_inside_code_lists_quotes_and_tables_does_nothing(payload: str) -> None:
    around = f"- {payload}\n\n> {payload}\n\n```html\n{payload}\n```\n\n| a |\n|--|\n| {payload} |\n\n    {payload}\n"
    assert dangers(rendered(around)) == []


@given(MARKUP | st.text(max_size=300) | st.lists(st.sampled_from(CONTENT_PAYLOADS), max_size=4).map("".join))
def test_no_text_breaks_it_or_gets_through(text: str) -> None:
    html = rendered(text)
    assert dangers(html) == []
    assert html.startswith('<div class="content" dir="auto" hx-disable>')
    assert Page(html).elements[0][0] == "div"


@given(st.text(st.characters(categories=["L", "N"], include_characters=" "), min_size=1).filter(str.strip))
def test_plain_words_come_through_unchanged(text: str) -> None:
    assert words_of(rendered(text)) == re.sub(r"\s+", " ", text).strip()


def test_markdown_looks_like_what_it_means() -> None:
    html = rendered("**bold** ~~gone~~\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n1. one")
    for piece in ("<strong>bold</strong>", "<s>gone</s>", "<td>2</td>", "<li>one</li>"):
        assert piece in html


def test_code_is_coloured_by_classes_of_the_highlighter() -> None:
    html = rendered("```python\nfor x in y: pass\n```")
    assert '<span class="t-k">for</span>' in html


def test_code_in_an_unknown_language_stays_as_it_is() -> None:
    assert "<code>a &lt; b\n</code>" in rendered("```nonsense\na < b\n```")


def test_code_that_is_too_long_to_colour_stays_whole() -> None:
    html = rendered("```python\n" + "x = 1\n" * 5_000 + "```")
    assert "t-" not in html
    assert html.count("x = 1") == 5_000


def test_html_is_shown_not_obeyed() -> None:
    assert "&lt;b&gt;bold&lt;/b&gt;" in rendered("<b>bold</b>")


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("so $x^2$ is", "inline"),
        (r"so \(x^2\) is", "inline"),
        ("so $$x^2$$ is", "block"),
        (r"so \[x^2\] is", "block"),
        ("so:\n$$\nx^2\n$$\nis", "block"),
        ("so:\n\\[\nx^2\n\\]\nis", "block"),
        ("- item\n\n  $$\n  x^2\n  $$", "block"),
        ("| a |\n|---|\n| $x^2$ |", "inline"),
    ],
)
def test_latex_is_a_formula(text: str, display: str) -> None:
    html = rendered(text)
    assert f'<math display="{display}"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in html
    assert "$" not in html


def test_lines_of_a_formula_are_no_list_and_no_heading() -> None:
    html = rendered("$$\na\n- b\n= c\n$$")
    assert "<math" in html
    assert "<li>" not in html
    assert "<h" not in html


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "$5-$10, or US$20 a day",
        "He paid $5 and got 10$ back",
        "$HOME/bin:$PATH",
        "a $ b $ c",
        "\\$x^2\\$",
        "$",
        "$$",
        "$$ $$",
        "$ x$",
        "f($1, $2)",
        "`$x$`",
    ],
)
def test_prices_and_variables_stay_what_they_are(text: str) -> None:
    html = rendered(text)
    assert "<math" not in html
    assert words_of(html) == text.replace("\\$", "$").strip("`")


@pytest.mark.parametrize(
    "latex", [r"\foo{x}", r"\frac{a}", r"\left( x", "}{", r"\begin{matrix} a", "x^1^2", r"\newcommand{\a}{b}\a"]
)
def test_bad_latex_shows_as_it_was_written(latex: str) -> None:
    assert f"${latex}$" in unescape(words_of(rendered(f"${latex}$")))
    assert f"$${latex}$$" in unescape(words_of(rendered(f"$${latex}$$")))


@pytest.mark.parametrize(
    "latex",
    [
        "{" * 900 + "x" + "}" * 900,
        r"\frac{" * 300 + "x",
        r"\sqrt" * 390 + "x",
        "x_" * 999 + "x",
        "a" * 2_001,
        "^" * 1_999,
    ],
)
def test_a_formula_that_is_too_much_is_its_source(latex: str) -> None:
    html = rendered(f"$${latex}$$")
    assert "<math" not in html
    assert latex in unescape(html)


def test_formulas_of_one_text_have_a_limit_together() -> None:
    html = rendered("\n\n".join(f"$x_{{{n}}} + {'a' * 400}$" for n in range(100)))
    assert 0 < html.count("<math") < 60
    assert "$x_{99}" in html


def test_formulas_keep_nothing_that_leads_hides_colours_or_moves() -> None:
    html = rendered(r"$\color{red}x \class{a}{b} \hspace{-99em} \phantom{y} \colorbox{red}{z} \huge w$")
    assert "<math" in html
    for piece in ("red", ' class="a', "99em", "mphantom", "style=", "mathsize"):
        assert piece not in html


def test_a_formula_takes_no_direction_from_arabic() -> None:
    html = rendered("العربية $x^2$ هنا")
    assert html.count('<p dir="auto">') == 1
    assert "<math" in html


def test_an_image_is_its_words_and_its_address() -> None:
    assert "[image: a cat https://pictures.example/cat.png]" in rendered("![a cat](https://pictures.example/cat.png)")


def test_a_link_opens_elsewhere_and_tells_nobody() -> None:
    html = rendered("[x](https://example.org/a)")
    assert '<a href="https://example.org/a" target="_blank" rel="noopener noreferrer nofollow">x</a>' in html


@pytest.mark.parametrize("address", ["http://a.example", "https://a.example/b?c=d#e", "mailto:a@b.example"])
def test_links_to_the_web_and_to_people_work(address: str) -> None:
    assert f'href="{address}"' in rendered(f"[x]({address})")


def test_headings_start_below_those_of_the_page() -> None:
    html = rendered("# one\n\n## two\n\n###### six")
    assert re.findall(r"<(h\d)", html) == ["h3", "h4", "h6"]


def test_a_line_break_shows_unless_asked_otherwise() -> None:
    assert "<br>" in rendered("one\ntwo")
    assert "<br>" not in rendered("one\ntwo", breaks=False)


def test_each_block_runs_in_its_own_direction() -> None:
    html = rendered("English\n\n`code` العربية\n\n- العربية")
    assert html.count('<p dir="auto">') == 2
    assert '<code dir="ltr">' in html
    assert '<ul dir="auto">' in html


def test_a_very_long_text_comes_as_it_was_written() -> None:
    text = "*a* <b>" * 40_000
    assert rendered(text).count("*a* &lt;b&gt;") == 40_000


def test_the_same_text_is_rendered_once() -> None:
    rendering._kept.cache_clear()
    rendered("once")
    rendered("once")
    assert rendering._kept.cache_info().hits == 1


def test_a_text_that_would_fill_the_memory_is_not_kept() -> None:
    rendering._kept.cache_clear()
    rendered("a " * rendering.WORTH_KEEPING)
    assert rendering._kept.cache_info().currsize == 0


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<div class="content"><a href="javascript:x" rel="noopener noreferrer nofollow">x</a></div>',
        '<div class="content"><p onclick="x">x</p></div>',
        '<div class="content"><p data-hx-get="/x">x</p></div>',
        '<div class="content"><span class="button">x</span></div>',
        '<div class="content"><button>x</button></div>',
        '<p style="color: red">x</p>',
        '<a href="//evil.example">x</a>',
    ],
)
def test_the_check_of_these_tests_sees_danger(html: str) -> None:
    assert dangers(html)
