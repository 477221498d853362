"""Reading from a server: page by page, in little memory, from nowhere else, and failing with a sentence."""

import gzip
import io
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from core.importing.label_studio import connection, server
from core.importing.label_studio.server import Remote, download
from core.importing.reading import Good, Refused, read
from core.runs.steps import PermanentError, TransientError

CONFIGURATION = '<View><Text name="q" value="$ask"/><Text name="a" value="$one"/><Text name="b" value="$two"/>'
CONFIGURATION += '<Pairwise name="p" toName="a,b"/></View>'
TOKEN = "0123456789abcdef0123456789abcdef01234567"


class Studio(BaseHTTPRequestHandler):
    """As much of Label Studio as is asked; `does` of the server says what it does instead."""

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        parts = urlsplit(self.path)
        if parts.path.startswith("/api/token"):
            return self._answer(404, {})
        does = self.server.does.get(parts.path.strip("/"))
        if does is not None:
            return does(self)
        if parts.path.strip("/") == "api/projects/5":
            return self._answer(200, {"id": 5, "label_config": CONFIGURATION, "task_number": len(self.server.tasks)})
        if parts.path.strip("/") == "api/users":
            return self._answer(200, [{"id": 7, "email": "ann@example.org"}, {"id": 8, "email": ""}])
        if parts.path.strip("/") == "api/tasks":
            return self._tasks(parse_qs(parts.query))
        return self._answer(404, {"detail": "Not found."})

    def _tasks(self, query):
        (after,) = json.loads(query["query"][0])["filters"]["items"]
        later = [task for task in self.server.tasks if task["id"] > after["value"]]
        return self._answer(200, {"tasks": later[: int(query["page_size"][0])], "total": len(later)})

    def _answer(self, status, value, **headers):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def studio():
    pytest.importorskip("label_studio_sdk")
    http = HTTPServer(("127.0.0.1", 0), Studio)
    http.asked, http.does = [], {}
    http.tasks = [
        {"id": 2 * n, "data": {"ask": f"{n}?"}, "annotations": [], "annotations_results": "x"} for n in range(1, 6)
    ]
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    yield http
    http.shutdown()
    thread.join()
    http.server_close()


def fetched(studio, token=TOKEN, host="127.0.0.1"):
    file, shares = io.BytesIO(), []
    remote = Remote(f"http://{host}:{studio.server_address[1]}", 5, token, "PREFEREE_KEY_LABEL_STUDIO")
    return download(remote, file, shares.append), [json.loads(line) for line in file.getvalue().splitlines()], shares


def test_tasks_come_page_by_page_with_the_configuration_and_the_people(studio, monkeypatch):
    monkeypatch.setattr(server, "TASKS_A_PAGE", 2)
    mapping, tasks, shares = fetched(studio)

    assert mapping["prompt"] == "ask"
    assert (mapping["pair.p"], mapping["person.7"]) == ("one,two", "ann@example.org")
    assert "person.8" not in mapping
    assert [task["id"] for task in tasks] == [2, 4, 6, 8, 10]
    assert tasks[0].keys() == {"id", "data", "meta", "annotations", "predictions"}
    assert shares == [0.4, 0.8]
    pages = [parse_qs(urlsplit(path).query) for path, _ in studio.asked if path.startswith("/api/tasks")]
    assert [json.loads(page["query"][0])["filters"]["items"][0]["value"] for page in pages] == [0, 4, 8, 10]
    assert {headers["Authorization"] for _, headers in studio.asked} == {f"Token {TOKEN}"}


def test_people_whom_the_token_may_not_see_stay_numbers(studio):
    studio.does["api/users"] = lambda asked: asked._answer(403, {})
    mapping, tasks, _ = fetched(studio)
    assert not any(name.startswith("person.") for name in mapping)
    assert len(tasks) == 5


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "refuses the token in PREFEREE_KEY_LABEL_STUDIO. Set a valid access token."),
        (403, "refuses the token in PREFEREE_KEY_LABEL_STUDIO. Set a valid access token."),
        (404, "has no project 5 that this token may see."),
        (418, "answers with status 418. Is it a Label Studio server?"),
    ],
)
def test_what_no_other_try_mends_is_said(studio, status, sentence):
    studio.does["api/projects/5"] = lambda asked: asked._answer(status, {"detail": "secret"})
    with pytest.raises(PermanentError) as raised:
        fetched(studio)
    assert str(raised.value).endswith(sentence)
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(("status", "after"), [(429, 17.0), (500, None), (503, None)])
def test_a_busy_server_is_asked_again_when_it_says(studio, status, after):
    headers = {"Retry_After": "17"} if after else {}
    studio.does["api/projects/5"] = lambda asked: asked._answer(status, {}, **headers)
    with pytest.raises(TransientError) as raised:
        fetched(studio)
    assert raised.value.retry_after == after


def test_a_server_that_is_away_is_asked_again():
    pytest.importorskip("label_studio_sdk")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(TransientError, match="does not answer"):
            download(Remote(address, 5, TOKEN, "X"), io.BytesIO(), lambda share: None)


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "/api/elsewhere", "http://127.0.0.1:1/"])
def test_a_redirect_is_not_followed(studio, target):
    studio.does["api/tasks"] = lambda asked: asked._answer(302, b"", Location=target)
    with pytest.raises(PermanentError, match="sends us elsewhere"):
        fetched(studio)
    assert not any("elsewhere" in path for path, _ in studio.asked)


def test_the_host_is_looked_up_once(studio, monkeypatch):
    """Whoever turns the name elsewhere afterwards turns nothing."""
    looked_up = []
    real = socket.getaddrinfo

    def rebinding(host, *args, **kwargs):
        if host != "labels.test":
            return real(host, *args, **kwargs)
        looked_up.append(host)
        return real("127.0.0.1" if len(looked_up) == 1 else "192.0.2.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    _, tasks, _ = fetched(studio, host="labels.test")
    assert (len(tasks), looked_up) == (5, ["labels.test"])
    assert {headers["Host"] for _, headers in studio.asked} == {f"labels.test:{studio.server_address[1]}"}


def test_an_answer_without_end_is_cut_off(studio, monkeypatch):
    monkeypatch.setattr(connection, "PAGE_BYTES", 10_000)
    studio.tasks[0]["data"]["ask"] = "x" * 20_000
    with pytest.raises(PermanentError, match="too long or packed"):
        fetched(studio)


def test_a_packed_answer_is_not_unpacked(studio):
    bomb = gzip.compress(b"[" + b" " * 10_000_000 + b"]")
    studio.does["api/tasks"] = lambda asked: asked._answer(200, bomb, Content_Encoding="gzip")
    with pytest.raises(PermanentError, match="too long or packed"):
        fetched(studio)


def test_a_server_that_gives_the_same_page_for_ever_is_left(studio):
    page = {"tasks": studio.tasks[:2], "total": 2}
    studio.does["api/tasks"] = lambda asked: asked._answer(200, page)
    with pytest.raises(PermanentError, match="does not give tasks in order"):
        fetched(studio)


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"[]", b'{"label_config": 5}', b"null"])
def test_what_is_no_label_studio_is_said(studio, body):
    studio.does["api/projects/5"] = lambda asked: asked._answer(200, body)
    with pytest.raises(
        PermanentError, match=r"does not answer like a Label Studio server|Is it a Label Studio server\?"
    ):
        fetched(studio)


def test_a_task_that_cannot_be_kept_is_refused_by_its_number_like_one_of_a_file(studio):
    bad = [b'"\\ud800"', b"NaN", b"1" * 30, b'"\\u0000"', b"[" * 40 + b"]" * 40]
    tasks = [
        b'{"id": %d, "data": {"ask": "%d?", "n": %s}, "annotations": []}' % (n, n, text)
        for n, text in enumerate(bad, 1)
    ]
    tasks.insert(3, b'{"id": 9, "data": {"ask": "Why?", "one": "A", "two": "B"}, "annotations": []}')
    pages = [b'{"tasks": [' + b", ".join(tasks) + b"]}", b'{"tasks": []}']
    studio.does["api/tasks"] = lambda asked: asked._answer(200, pages.pop(0))
    file = io.BytesIO()
    mapping = download(Remote(f"http://127.0.0.1:{studio.server_address[1]}", 5, TOKEN, "X"), file, lambda share: None)
    file.seek(0)
    assert [type(item) for item in read(file, mapping=mapping)] == [Refused, Refused, Refused, Good, Refused, Refused]


def test_an_answer_nested_without_end_is_no_answer(studio):
    studio.does["api/tasks"] = lambda asked: asked._answer(200, b"[" * 1_000_000)
    with pytest.raises(PermanentError, match="does not answer like a Label Studio server"):
        fetched(studio)


def test_a_harmful_configuration_stops_it(studio):
    project = {"id": 5, "label_config": "<!DOCTYPE x><View/>", "task_number": 1}
    studio.does["api/projects/5"] = lambda asked: asked._answer(200, project)
    with pytest.raises(PermanentError, match="declares a document type"):
        fetched(studio)
