"""The environment through typed readers: what is bad is named, with the remedy."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

NAME = "PREFEREE_TEST_VARIABLE"


@pytest.fixture
def given(monkeypatch):
    return lambda value: monkeypatch.delenv(NAME, raising=False) if value is None else monkeypatch.setenv(NAME, value)


@pytest.mark.parametrize(("value", "read"), [(None, "else"), ("", ""), ("  x ", "x")])
def test_text_is_stripped_and_has_a_default(given, value, read):
    given(value)
    assert env.text(NAME, "else") == read


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_what_means_yes(given, value):
    given(value)
    assert env.switch(NAME, False) is True


@pytest.mark.parametrize("value", ["0", "false", "No", "off", ""])
def test_what_means_no(given, value):
    given(value)
    assert env.switch(NAME, True) is False


@pytest.mark.parametrize("default", [True, False])
def test_a_switch_that_is_not_set_is_its_default(given, default):
    given(None)
    assert env.switch(NAME, default) is default


@pytest.mark.parametrize("value", ["2", "maybe", "truee"])
def test_any_other_switch_is_refused_by_name(given, value):
    given(value)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} is “{value}”. Set it to 1 or 0."):
        env.switch(NAME, False)


@pytest.mark.parametrize(("value", "read"), [(None, ["a", "b"]), ("", []), (" x , ,y,", ["x", "y"])])
def test_words_stand_between_commas(given, value, read):
    given(value)
    assert env.words(NAME, "a,b") == read


def test_a_folder_is_absolute_and_knows_the_home_of_the_user(given, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for value, read in [
        (None, Path("/else")),
        ("", Path("/else")),
        ("~/data", tmp_path / "data"),
        ("x", tmp_path / "x"),
    ]:
        given(value)
        assert env.folder(NAME, Path("/else")) == read


def test_no_address_is_no_database(given):
    given("  ")
    assert env.database(NAME) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://ann:pw@db.example:5433/prefs", ("prefs", "ann", "pw", "db.example", "5433", {})),
        ("postgres:///prefs", ("prefs", "", "", "", "", {})),
        ("postgresql://a%40b:p%2Fw%3A%40@h/na%20me", ("na me", "a@b", "p/w:@", "h", "", {})),
        ("postgresql://h/p?sslmode=require&x=5", ("p", "", "", "h", "", {"sslmode": "require", "x": "5"})),
        ("postgresql://ann@localhost/p?host=%2Fsockets&port=6000", ("p", "ann", "", "/sockets", "6000", {})),
        ("postgresql://[::1]:5432/p", ("p", "", "", "::1", "5432", {})),
    ],
)  # fmt: skip
def test_an_address_becomes_djangos_settings(given, url, expected):
    given(url)
    found = env.database(NAME)
    assert tuple(found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")) == expected


@pytest.mark.parametrize(
    "url",
    ["mysql://h/p", "postgresql://h", "postgresql://h/", "prefs", "postgresql://h:port/p", "postgresql://[::1/p",
     "postgresql://ann:hush/hush@h/p", "mysql://ann:hush@h/p"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_with_an_example_and_without_its_password(given, url):
    given(url)
    with pytest.raises(ImproperlyConfigured, match=rf"{NAME} .*Write postgresql://USER@HOST:PORT/NAME\.") as refused:
        env.database(NAME)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(("value", "read"), [(None, 60.0), ("5", 5.0), (" 0.5 ", 0.5)])
def test_a_number_is_read_and_has_a_default(given, value, read):
    given(value)
    assert env.number(NAME, 60) == read


@pytest.mark.parametrize("value", ["", "0", "-1", "soon", "nan", "inf"])
def test_what_is_not_a_number_above_zero_is_named(given, value):
    given(value)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} is “{value}”"):
        env.number(NAME, 60)
