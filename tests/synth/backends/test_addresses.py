"""An endpoint's address leads to a model server or nowhere, and stays where it was checked."""

import asyncio
import socket

import pytest

from core.runs.steps import PermanentError, TransientError
from synth.backends.addresses import checked_form, is_forbidden, looked_up
from synth.backends.opening import open_backend
from tests.synth.backends.conftest import generated, request
from tests.synth.openai_server import Mishap, Server, serving


@pytest.fixture
def names(monkeypatch, settings):
    """What a name stands for, one answer a question: the last one stays."""
    known: dict[str, list[list[str]]] = {}
    resolve = socket.getaddrinfo

    def answered(host, port, *args, **more):
        if host in known:
            numbers = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port or 0)) for number in numbers]
        return resolve(host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answered)
    settings.INSIDE_HOSTS = []
    return known


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/v1",
        "http://[fe80::1]/v1",
        "http://[::ffff:169.254.169.254]/v1",
        "http://[::ffff:a9fe:a9fe]/v1",
        "http://[64:ff9b::a9fe:a9fe]/v1",
        "http://[2002:a9fe:a9fe::1]/v1",
        "http://2852039166/v1",
        "http://0xa9fea9fe/v1",
        "http://0251.0376.0251.0376/v1",
        "http://169.254.43518/v1",
        "http://[fd00:ec2::254]/v1",
        "http://100.100.100.200/v1",
        "http://192.0.0.192/v1",
        "http://0.0.0.0/v1",
        "http://0/v1",
        "http://[::]/v1",
        "http://224.0.0.1/v1",
        "http://[ff02::1]/v1",
    ],
)
@pytest.mark.parametrize("external", [True, False])
def test_metadata_and_nobodys_addresses_are_refused_however_they_are_written(address, external):
    with pytest.raises(PermanentError, match="where no model answers"):
        looked_up(address, external=external)


@pytest.mark.parametrize("address", ["http://127.1:8000/v1", "http://2130706433/v1", "http://[::ffff:127.0.0.1]/v1"])
def test_another_spelling_of_this_machine_is_this_machine(address):
    assert [str(number) for number in looked_up(address, external=False).numbers] == ["127.0.0.1"]


@pytest.mark.parametrize(
    "address",
    [
        "ftp://a.example/v1",
        "a.example/v1",
        "http://",
        "http://user@a.example/v1",
        "http://user:pass@a.example/v1",
        "http://a.example/v1?key=x",
        "http://a.example/v1#x",
        "http://a.example\\@127.0.0.1/v1",
        "http://a .example/v1",
        "http://a.example:0/v1",
        "http://a.example:99999/v1",
        "http://[::1/v1",
        "",
    ],
)
def test_what_is_no_address_of_a_server_is_refused(address):
    with pytest.raises(PermanentError, match="is not the address of a model server"):
        checked_form(address)


def test_an_endpoint_that_is_not_external_must_lie_inside(names, settings):
    names["models.example.org"] = [["8.8.8.8"]]
    with pytest.raises(PermanentError, match="lies outside"):
        looked_up("https://models.example.org/v1", external=False)
    assert looked_up("https://models.example.org/v1", external=True).host == "models.example.org"
    settings.INSIDE_HOSTS = [".example.org"]
    assert looked_up("https://models.example.org/v1", external=False).port == 443


def test_one_forbidden_number_among_others_is_enough(names):
    names["two.example"] = [["8.8.8.8", "169.254.169.254"]]
    with pytest.raises(PermanentError, match="where no model answers"):
        looked_up("http://two.example/v1", external=True)


def test_a_host_that_is_not_known_may_be_known_later():
    with pytest.raises(TransientError, match="is not known here"):
        looked_up("http://no.such.host.invalid/v1", external=True)


def test_even_a_name_that_counts_as_inside_cannot_mean_metadata(names, settings):
    names["inside.example"] = [["169.254.169.254"]]
    settings.INSIDE_HOSTS = ["inside.example"]
    with pytest.raises(PermanentError, match="where no model answers"):
        looked_up("http://inside.example/v1", external=False)


def test_a_name_that_means_something_else_the_second_time_changes_nothing(names, server, target_at):
    """DNS rebinding: the check sees our server, whoever connects later would be told of another one."""
    with serving(Server(answer=lambda body: "the other machine")) as other:
        other.port, port = server.port, other.port
        names["rebound.example"] = [["127.0.0.1"], ["127.0.0.2"]]
        target = target_at(address=f"http://rebound.example:{server.port}/v1")
        assert [each.text for each in generated(target, *[request(f"{at}") for at in range(3)])] == ["[[A]]"] * 3
        assert server.headers[0]["Host"] == f"rebound.example:{server.port}"
        other.port = port


def test_a_name_is_looked_up_once_for_a_whole_batch(names, server, target_at, monkeypatch):
    names["once.example"] = [["127.0.0.1"], ["169.254.169.254"]]

    async def twice() -> None:
        backend = open_backend(target_at(address=f"http://once.example:{server.port}/v1"))
        for _ in range(2):
            (reply,) = await backend.generate([request()])
            assert reply.text == "[[A]]"
        await backend.close()

    asyncio.run(twice())


def test_a_redirect_is_not_followed(server, target_at):
    with serving(Server()) as other:
        server.mishaps.extend([Mishap(status=307, headers={"Location": f"{other.url}/chat/completions"})] * 9)
        (failure,) = generated(target_at(), request())
        assert isinstance(failure, PermanentError)
        assert other.requests == 0


def test_ordinary_addresses_are_not_forbidden():
    from ipaddress import ip_address

    assert not any(map(is_forbidden, map(ip_address, ("10.0.0.1", "8.8.8.8", "::1", "fd00::1", "2606:4700::1"))))
