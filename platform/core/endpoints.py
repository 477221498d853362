"""Whether an address lies inside: on this machine, in its private network, or named by whoever runs all this."""

import re
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

INSIDE = [
    ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
]
# A space or a backslash in an address: one program takes what is before it for the host, another what is after.
ODD = re.compile(r"[\s\\\x00-\x1f]")


def is_inside(address: str) -> bool:
    """Every machine that `address` (a URL or HOST:PORT) may lead to lies inside. What cannot be told lies outside.

    A link-local address is nobody's model: cloud machines answer there with their secrets.
    """
    host = host_of(address)
    return bool(host) and is_inside_at(host, addresses_of(host))


def is_inside_at(host: str, found: Sequence[IPv4Address | IPv6Address]) -> bool:
    """The same of a host whose addresses somebody looked up already, and will connect to."""
    return _is_named(host) or (bool(found) and all(any(one in network for network in INSIDE) for one in found))


def host_of(address: str) -> str:
    """Without user, port and path, in lower case; empty where there is none."""
    if ODD.search(address):
        return ""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".")


def addresses_of(host: str) -> list[IPv4Address | IPv6Address]:
    """What the name stands for now; whoever connects must use one of these, for the name may mean another one later."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [_plain(ip_address(str(each[4][0]).partition("%")[0])) for each in found]


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one only wraps."""
    return getattr(address, "ipv4_mapped", None) or address


def _is_named(host: str) -> bool:
    """A name that begins with a dot stands for everything below it."""
    named = [each.lower().rstrip(".") for each in settings.INSIDE_HOSTS]
    return any(host == each or (each.startswith(".") and host.endswith(each)) for each in named)
