import socket

import pytest

from core.errors import PrefereeError
from core.serving.address import check_host, check_port, url


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_plain_http_stays_on_the_machine(host):
    check_host(host, is_plain_http=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "preferee.example"])
def test_plain_http_over_a_network_is_refused_and_https_in_front_is_not(host):
    with pytest.raises(PrefereeError, match=r"without HTTPS.*PREFEREE_BEHIND_PROXY=1.*PREFEREE_LOCAL=0"):
        check_host(host, is_plain_http=True)
    check_host(host, is_plain_http=False)


def test_a_port_that_is_taken_gets_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PrefereeError, match=f"Port {port} of 127.0.0.1 cannot be used.*choose another port"):
            check_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port"), [("no.such.host.invalid", 8000), ("127.0.0.1", 70_000), ("127.0.0.1", 0), ("192.0.2.1", 8000)]
)
def test_an_address_that_cannot_be_gets_a_sentence(host, port):
    with pytest.raises(PrefereeError, match="cannot be used"):
        check_port(host, port)


def test_the_address_to_open():
    assert (url("127.0.0.1", 8000), url("::1", 80)) == ("http://127.0.0.1:8000/", "http://[::1]:80/")
