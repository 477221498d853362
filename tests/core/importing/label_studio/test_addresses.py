"""Only servers that staff have named are asked."""

import pytest

from core.errors import PrefereeError
from core.importing.label_studio.addresses import checked_address

HOSTS = ["labels.example.org", "10.0.0.5:8080", "[::1]:8080"]


@pytest.mark.parametrize(
    ("address", "checked"),
    [
        ("https://labels.example.org", "https://labels.example.org"),
        ("http://LABELS.example.org/", "http://LABELS.example.org"),
        ("https://labels.example.org:443/studio/", "https://labels.example.org:443/studio"),
        ("http://10.0.0.5:8080", "http://10.0.0.5:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_named_host_may_be_asked(address, checked):
    assert checked_address(address, HOSTS) == checked


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example.org",
        "https://labels.example.org:8443",
        "http://10.0.0.5",
        "http://10.0.0.5:8081",
        "http://169.254.169.254/latest/meta-data",
        "http://127.1",
        "http://[::ffff:10.0.0.5]:8080",
        "http://0x0a000005:8080",
        "http://labels.example.org.evil.example",
    ],
)
def test_no_other_host_is(address):
    with pytest.raises(PrefereeError, match=r"is not among the Label Studio servers .* PREFEREE_LABEL_STUDIO_HOSTS"):
        checked_address(address, HOSTS)
    with pytest.raises(PrefereeError, match="PREFEREE_LABEL_STUDIO_HOSTS"):
        checked_address("https://labels.example.org", [])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "labels.example.org",
        "file:///etc/passwd",
        "ftp://labels.example.org",
        "https://",
        "https://labels.example.org@evil.example",
        "https://evil.example\\@labels.example.org",
        "https://labels.example.org:port",
        "https://labels.example.org:0",
        "https://labels.example.org?x=1",
        "https://labels.example.org/#x",
        "https://labels.example.org/\r\nX: y",
        "https://labels .example.org",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_said_to_be_none(address):
    with pytest.raises(PrefereeError, match=r"is not the address of a Label Studio server\. Write it as"):
        checked_address(address, HOSTS)
