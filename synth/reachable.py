"""Whether an address may be an endpoint's at all, before anything is sent to it."""

from urllib.parse import urlsplit

from core.endpoints import addresses_of, host_of

EXAMPLE = "Write one like http://10.0.0.5:8000/v1."


def fault_of(address: str) -> str:
    """A sentence, or nothing where it may be. A name that leads nowhere now may lead somewhere later."""
    host = host_of(address)
    if not address or not host:
        return f"This is no address of a server. {EXAMPLE}"
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        return f"An endpoint is reached over http or https. {EXAMPLE}"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "Leave out what stands before @ and behind ? or #. A key belongs into an environment variable."
    if any(_is_forbidden(each) for each in addresses_of(host)):
        return "This leads to a link-local address, where cloud machines answer with their secrets. Write another one."
    return ""


def _is_forbidden(found: object) -> bool:
    names = ("is_link_local", "is_multicast", "is_unspecified", "is_reserved")
    return any(getattr(found, name) for name in names)
