"""Asking the web for an image: only the open web, once, without detours and never without an end."""

import asyncio
import base64
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread
from typing import Any

import pytest

from core.errors import PrefereeError
from core.images import fetching
from core.images.fetching import checked, image_bytes
from core.runs.steps import PermanentError, TransientError
from tests.core.images.test_encoding import drawn

RED = drawn("PNG")


class Answers(BaseHTTPRequestHandler):
    asked: list[dict[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append({"path": self.path, **dict(self.headers)})
        if self.path == "/red.png":
            self.send_response(200)
            self.send_header("Content-Length", str(len(RED)))
            self.end_headers()
            self.wfile.write(RED)
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            for _ in range(200):
                self.wfile.write(b"x" * 100_000)
        elif self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/red.png")
            self.end_headers()
        else:
            self.send_response(int(self.path[1:]))
            self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names stand for; all others resolve as ever, which numbers do without asking anybody."""
    known: dict[str, list[str]] = {}
    resolve = socket.getaddrinfo

    def answered(host: str, *args: Any, **more: Any) -> Any:
        if host in known:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 0)) for number in known[host]]
        if host.endswith(".example"):
            raise socket.gaierror("no such name")
        return resolve(host, *args, **more)

    monkeypatch.setattr("core.endpoints.socket.getaddrinfo", answered)
    return known


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that passes for one outside."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(fetching, "checked", lambda address: [ip_address("127.0.0.1")])
    Answers.asked = []
    yield f"http://pictures.example:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def fetched(address: str) -> bytes:
    return asyncio.run(image_bytes(address))


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.png",
        "http://127.1/a.png",
        "http://2130706433/a.png",
        "http://localhost/a.png",
        "http://10.0.0.8/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://[::1]/a.png",
        "http://[::ffff:10.0.0.1]/a.png",
        "http://[64:ff9b::a00:1]/a.png",
        "http://[fd00::1]/a.png",
        "http://224.0.0.1/",
        "http://0.0.0.0/",
    ],
)
def test_an_address_inside_is_refused(address: str) -> None:
    with pytest.raises(PermanentError, match="inside"):
        checked(address)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://pictures.example/a.png",
        "file:///etc/passwd",
        "http://pictures.example:8080/a.png",
        "https://pictures.example:22/",
        "http://user:word@pictures.example/a.png",
        "http://pictures.example/a b.png",
        "http://",
        "/a.png",
        "http://[::1",
    ],
)
def test_what_is_no_plain_address_of_the_web_is_refused(address: str) -> None:
    with pytest.raises(PermanentError):
        checked(address)


def test_a_name_is_asked_only_where_all_its_machines_lie_outside(names: dict[str, list[str]]) -> None:
    names["open.example"] = ["93.184.215.14"]
    names["mixed.example"] = ["93.184.215.14", "127.0.0.1"]
    assert checked("https://open.example/a.png") == [ip_address("93.184.215.14")]
    with pytest.raises(PermanentError, match="inside"):
        checked("https://mixed.example/a.png")


def test_a_host_that_the_installation_calls_its_own_is_refused(names: dict[str, list[str]], settings: Any) -> None:
    names["wiki.lab.example"] = ["93.184.215.14"]
    settings.INSIDE_HOSTS = [".lab.example"]
    with pytest.raises(PermanentError, match="inside"):
        checked("https://wiki.lab.example/a.png")


def test_a_name_that_nobody_knows_may_be_known_later(names: dict[str, list[str]]) -> None:
    with pytest.raises(TransientError, match="not known"):
        checked("https://nowhere.example/a.png")


def test_an_image_comes_as_it_is_and_nothing_of_ours_is_sent(web: str) -> None:
    assert fetched(f"{web}/red.png") == RED
    (asked,) = Answers.asked
    assert asked["Host"].startswith("pictures.example")
    assert not {"Cookie", "Authorization", "Referer"} & asked.keys()


@pytest.mark.parametrize(
    ("path", "kind", "sentence"),
    [
        ("/elsewhere", PermanentError, "Its server answered with a redirect, which is not followed."),
        ("/404", PermanentError, "Its server answered 404."),
        ("/503", TransientError, "Its server answered 503."),
        ("/429", TransientError, "Its server answered 429."),
        ("/endless", PermanentError, "It is larger than 10 MB."),
    ],
)
def test_what_comes_instead_is_a_sentence(web: str, path: str, kind: type[PrefereeError], sentence: str) -> None:
    with pytest.raises(kind) as caught:
        fetched(web + path)
    assert str(caught.value) == sentence
    assert len(Answers.asked) == 1


def test_a_server_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    monkeypatch.setattr(fetching, "checked", lambda address: [ip_address("127.0.0.1")])
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TransientError, match="did not come within"):
        fetched(f"http://pictures.example:{silent.getsockname()[1]}/a.png")


def test_an_image_that_is_written_out_asks_nobody() -> None:
    assert fetched("data:image/png;base64," + base64.b64encode(RED).decode()) == RED
    with pytest.raises(PermanentError, match="is no image"):
        fetched("data:image/png;base64,%%%")
