"""What lies inside: addresses are judged by where they lead, names by every machine that they stand for."""

import socket

import pytest

from core.endpoints import host_of, is_inside

METADATA = "http://169.254.169.254/latest/meta-data"


@pytest.fixture
def names(monkeypatch, settings):
    """The machines that a name stands for, as the resolver would say; numbers are resolved as ever."""
    known: dict[str, list[str]] = {}
    resolve = socket.getaddrinfo

    def answered(host, port, *args, **more):
        if host in known:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in known[host]]
        if any(letter in "ghijklmnopqrstuvwyz" for letter in host.lower()):
            raise socket.gaierror("no such name")
        return resolve(host, port, *args, **more)

    monkeypatch.setattr("core.endpoints.socket.getaddrinfo", answered)
    settings.INSIDE_HOSTS = []
    return known


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000/v1",
        "127.0.0.1:8000",
        "http://127.1/",
        "http://10.1.2.3",
        "https://172.16.0.9:443",
        "https://192.168.1.4",
        "http://[::1]:8000",
        "http://[fd00::1]",
        "http://[::ffff:10.0.0.1]/",
        "http://8.8.8.8@10.0.0.1/",
    ],
)
def test_this_machine_and_its_private_network_lie_inside(names, address):
    assert is_inside(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://8.8.8.8/v1",
        "https://10.0.0.1@8.8.8.8/",
        METADATA,
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://0.0.0.0/",
        "http://100.64.0.1/",
        "http://172.32.0.1/",
        "http://[2001:db8::1]/",
        "",
        "http://",
        "unix:/run/model.sock",
        "http://8.8.8.8\\@10.0.0.1/",
        "http://10.0.0.1 .example/",
        "http://[::1",
        "http://no.such.name/",
    ],
)
def test_everything_else_lies_outside_and_so_does_what_cannot_be_told(names, address):
    assert not is_inside(address)


def test_a_name_lies_inside_where_all_its_machines_do(names):
    names["gpu.lab"] = ["10.0.0.4", "10.0.0.5"]
    names["mixed.lab"] = ["10.0.0.4", "8.8.8.8"]
    names["metadata.lab"] = ["169.254.169.254"]
    assert is_inside("http://gpu.lab:8000/v1")
    assert not is_inside("http://mixed.lab/")
    assert not is_inside("http://metadata.lab/")


def test_hosts_that_the_installation_names_lie_inside_wherever_they_are(names, settings):
    settings.INSIDE_HOSTS = ["Models.Example.org", ".lab.example.org"]
    assert is_inside("https://models.example.org:9000/v1")
    assert is_inside("https://MODELS.example.org./v1")
    assert is_inside("https://gpu7.lab.example.org")
    assert not is_inside("https://models.example.org.evil.example/")
    assert not is_inside("https://evil-lab.example.org")


def test_the_host_is_what_a_client_would_connect_to():
    assert host_of("https://user:word@Host.Example:80/path?x=@other") == "host.example"
