"""The environment through typed readers: what is bad is named, with the remedy."""

import traceback
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


@pytest.mark.parametrize(("value", "read"), [(None, "all"), ("Some", "some"), ("all", "all")])
def test_a_choice_is_one_of_its_words_and_the_first_where_none_is_set(given, value, read):
    given(value)
    assert env.choice(NAME, ("all", "some")) == read


def test_any_other_word_is_refused_with_those_that_there_are(given):
    given("none")
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} is “none”. Set it to all or some."):
        env.choice(NAME, ("all", "some"))


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


def test_without_a_mail_server_there_is_no_host(given):
    given("  ")
    assert env.mail(NAME) == env.Mail()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp://ann:pw@mail.example:2525", ("mail.example", 2525, "ann", "pw", False, False)),
        ("smtp://ann:pw@mail.example?tls=1", ("mail.example", 587, "ann", "pw", True, False)),
        ("smtp://ann:pw@mail.example?tls=0", ("mail.example", 25, "ann", "pw", False, False)),
        ("smtps://a%40b:p%2Fw%3A%23@mail.example", ("mail.example", 465, "a@b", "p/w:#", False, True)),
        ("smtp://[::1]:25/", ("::1", 25, "", "", False, False)),
    ],
)
def test_the_address_of_a_mail_server_is_taken_apart(given, url, expected):
    given(url)
    assert env.mail(NAME) == expected


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://ann:hush@mail.example", "smtp://", "smtp://h:port", "smtp://ann:hush/hush@h",
     "smtp://ann:hush#hush@h", "smtp://ann:hush@h/box", "smtp://ann:hush@h?ssl=1", "smtp://ann:hush@h?tls=hush",
     "smtps://ann:hush@h?tls=1", "smtp://[::1"],
)  # fmt: skip
def test_what_is_no_mail_server_is_refused_with_an_example_and_without_its_password(given, url):
    given(url)
    with pytest.raises(
        ImproperlyConfigured, match=rf"{NAME} .*Write smtp://USER:PASSWORD@HOST:587\?tls=1\."
    ) as refused:
        env.mail(NAME)
    assert "hush" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    ("value", "read"),
    [(None, "http://here"), ("https://a.example/", "https://a.example"), ("http://[::1]:80/x", "http://[::1]:80/x")],
)
def test_the_address_of_the_site_ends_without_a_slash(given, value, read):
    given(value)
    assert env.site(NAME, "http://here") == read


@pytest.mark.parametrize("value", ["a.example", "ftp://a.example", "https://", "https://a.example?x=1", "http://a b"])
def test_what_is_no_address_of_a_site_is_named(given, value):
    given(value)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} is .* like https://HOST"):
        env.site(NAME, "http://here")


@pytest.mark.parametrize("value", ["ann@example.org", "Ann Rossi <ann@example.org>"])
def test_a_sender_is_an_address_with_a_name_or_without(given, value):
    given(value)
    assert env.sender(NAME, "x@y") == value


@pytest.mark.parametrize(
    "value", ["ann", "ann@example.org\nBcc: eve@example.org", "Ann <ann>", "a@b <c@d>", "a@b, c@d"]
)
def test_what_is_no_sender_is_named(given, value):
    given(value)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} is “"):
        env.sender(NAME, "x@y")
