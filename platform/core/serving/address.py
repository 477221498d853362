"""Where the pages are served: a host that is safe to serve on, a port that is free."""

import ipaddress
import socket

from core.errors import PrefereeError

HOST = "127.0.0.1"


def check_host(host: str, *, is_plain_http: bool) -> None:
    """Raises PrefereeError where passwords and sessions would cross a network in the clear."""
    if is_plain_http and not _is_loopback(host):
        raise PrefereeError(
            f"On {host} passwords and sessions would cross the network without HTTPS. Leave out --host and let a proxy "
            "that ends HTTPS pass the requests on, with PREFEREE_BEHIND_PROXY=1; or set PREFEREE_LOCAL=0, where "
            "every page but /healthz asks for HTTPS."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_port(host: str, port: int) -> None:
    """Raises PrefereeError where something listens there already, or nothing can."""
    if not 0 < port < 65536:
        raise PrefereeError(f"Port {port} cannot be used: choose one from 1 to 65535.")
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        raise PrefereeError(
            f"Port {port} of {host} cannot be used: {error.strerror}. Stop what listens there, or choose another port: "
            "manage.py serve --port 8001, make demo PORT=8001."
        ) from error


def url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
