"""Which servers may be asked: those whose hosts the installation's staff has named."""

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from core.errors import PrefereeError

PORTS = {"http": 80, "https": 443}
WRITE = "Write it as http://HOST:PORT or https://HOST."


def checked_address(address: str, hosts: Sequence[str]) -> str:
    """The address without a slash at its end. `hosts` are HOST or HOST:PORT; a bare host stands for ports 80 and 443.

    Raises PrefereeError where it is no such address, or its host is not among them.
    """
    parts = _parts(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = parts.port or PORTS[parts.scheme]
    allowed = {name.lower() for name in hosts}
    if f"{host}:{port}" not in allowed and not (host in allowed and port in PORTS.values()):
        raise PrefereeError(
            f"{host}:{port} is not among the Label Studio servers that this installation may ask. "
            "Whoever runs it adds them to PREFEREE_LABEL_STUDIO_HOSTS."
        )
    return address.rstrip("/")


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        fits = parts.scheme in PORTS and parts.hostname and parts.port != 0 and address.isprintable()
    except ValueError:
        fits = False
    if not fits or " " in address or "\\" in address or parts.query or parts.fragment or "@" in parts.netloc:
        raise PrefereeError(f"“{address[:200]}” is not the address of a Label Studio server. {WRITE}")
    return parts
