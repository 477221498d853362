"""Numbers of machines: which nobody may ask, however they are spelled, and which lie in the open."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

# Where clouds answer their own machines with secrets, beside all link-local addresses.
METADATA = [ip_network(each) for each in ("100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::/32", "fd20:ce::254/128")]
NAT64 = ip_network("64:ff9b::/96")


def is_forbidden(number: Address) -> bool:
    """Link-local, unspecified, multicast, or known for metadata, however it is wrapped."""
    return any(
        each.is_link_local or each.is_unspecified or each.is_multicast or any(each in network for network in METADATA)
        for each in (number, *_wrapped(number))
    )


def is_public(number: Address) -> bool:
    """On the open internet: no private network, no loopback, nothing reserved, however it is wrapped."""
    return not is_forbidden(number) and all(each.is_global for each in (number, *_wrapped(number)))


def _wrapped(number: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 one would be turned into on its way."""
    if isinstance(number, IPv4Address):
        return []
    found: list[Address | None] = [number.ipv4_mapped, number.sixtofour, *(number.teredo or ())]
    if number in NAT64 or int(number) >> 32 == 0:
        found.append(ip_address(int(number) & 0xFFFFFFFF))
    return [each for each in found if each is not None]
