"""What is made once and has words set in is, letter by letter, what would have been made anew."""

from typing import Any
from uuid import uuid4

import pytest
from django.template import engines

from core.templatetags import moulds

PAGE = """{% load moulds %}{% mould page words key slug %}<a href="{{ public }}">{{ title }}</a>
<form>{% csrf_token %}{{ said }}</form>{{ public }}{% endmould %}"""


@pytest.fixture
def page() -> Any:
    return engines["django"].from_string(PAGE)


@pytest.fixture(autouse=True)
def nothing_made(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    monkeypatch.setattr(moulds, "_made", made)
    return made


def said(**more: Any) -> dict[str, Any]:
    return {
        "key": "v1",
        "slug": "p",
        "words": {"public": uuid4(), "said": more.pop("said", "x")},
        "title": "Ü & <i>",
        "csrf_token": "a" * 64,
        **more,
    }


@pytest.mark.parametrize("words", ["it’s", "<b>&amp;</b>", "{{ title }}", "\\1 $& \0", ""])
def test_the_words_are_set_in_and_escaped(page: Any, words: str) -> None:
    for _ in range(2):
        context = said(said=words)
        assert page.render(context) == page.render({**context, "key": ""})


def test_the_token_of_a_form_is_nobody_elses(page: Any) -> None:
    first, second = page.render(said(csrf_token="a" * 64)), page.render(said(csrf_token="b" * 64))
    assert "a" * 64 in first
    assert "b" * 64 in second
    assert "a" * 64 not in second


def test_another_key_is_another_part(page: Any, nothing_made: dict[Any, Any]) -> None:
    assert "one" in page.render(said(title="one"))
    assert "one" in page.render(said(title="two"))
    assert "two" in page.render(said(title="two", key="v2"))
    assert "two" in page.render(said(title="two", slug="q"))
    assert len(nothing_made) == 3


def test_without_a_key_nothing_is_kept(page: Any, nothing_made: dict[Any, Any]) -> None:
    assert "one" in page.render(said(title="one", key=""))
    assert "two" in page.render(said(title="two", key=""))
    assert not nothing_made


def test_it_does_not_grow_without_end(page: Any, nothing_made: dict[Any, Any]) -> None:
    for number in range(moulds.MOST_KEPT + 10):
        page.render(said(key=str(number)))
    assert len(nothing_made) <= moulds.MOST_KEPT
