"""Where a request comes from, in words and as what is counted."""

import logging

import pytest
from django.test import RequestFactory

from config.logs import WithoutSecrets
from core.origins import address_in_words, address_of, browser_in_words, neighbourhood

AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36": "Chrome on Linux",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0": "Edge on Windows",
    "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0": "Firefox on Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Version/17.0 Safari/605.1": "Safari on macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) CriOS/130 Safari/604.1": "Chrome on iPhone",
    "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36": "Chrome on Android",
    "curl/8.5": "Unknown browser",
    "": "Unknown browser",
    "Firefox" + "x" * 100_000: "Firefox",
}


@pytest.mark.parametrize(("agent", "words"), AGENTS.items(), ids=AGENTS.values())
def test_a_browser_in_words(agent: str, words: str) -> None:
    assert browser_in_words(RequestFactory(headers={"User-Agent": agent}).get("/")) == words


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::1", "::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("", ""),
        ("<script>", ""),
        ("1.2", ""),
    ],
)
def test_an_address_is_one_or_nothing(sent: str, found: str) -> None:
    assert address_of(RequestFactory(REMOTE_ADDR=sent).get("/")) == found


def test_a_header_of_the_client_counts_only_behind_a_proxy() -> None:
    request = RequestFactory(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "6.6.6.6"}).get("/")
    assert address_of(request) == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "counted"),
    [("10.0.0.1", "10.0.0.1"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80::/64"), ("", "")],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted


def test_addresses_in_words() -> None:
    words = [address_in_words(address) for address in ("127.0.0.1", "::1", "10.0.0.1", "")]
    assert words == ["this machine", "this machine", "10.0.0.1", "an unknown address"]


@pytest.mark.parametrize(
    "said",
    [
        "Gone: /invite/s3cret",
        "Not Found: /reset/0190-aa/s3cret",
        "Forbidden (CSRF): /welcome/s3cret",
        "GET /login?next=/invite/s3cret HTTP/1.1",
        "GET /login?next=%2Finvite%2Fs3cret&x=1",
    ],
)
def test_a_secret_in_an_address_is_cut_out_of_the_log(said: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s", (said,), None)
    assert WithoutSecrets().filter(record)
    assert "s3cret" not in record.getMessage()
    assert "…" in record.getMessage()


def test_other_lines_stay_as_they_are() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "Not Found: %s", ("/p/invite-me/work",), None)
    WithoutSecrets().filter(record)
    assert record.getMessage() == "Not Found: /p/invite-me/work"


def test_workers_keep_keys_out_of_their_logs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from io import StringIO

    from celery.signals import after_setup_logger

    import config.celery  # noqa: F401

    monkeypatch.setenv("PREFEREE_KEY_X", "a-secret-key")
    written, logger = StringIO(), logging.Logger("worker")
    logger.addHandler(logging.StreamHandler(written))
    after_setup_logger.send(sender=None, logger=logger, loglevel=0, logfile=None, format="", colorize=False)
    try:
        raise ValueError("Bearer a-secret-key")
    except ValueError:
        logger.exception("sent %s", "a-secret-key")
    assert "sent …" in written.getvalue()
    assert "Bearer …" in written.getvalue()
    assert "a-secret-key" not in written.getvalue()
