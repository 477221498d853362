"""Small typed readers of the environment; each names the bad variable and the remedy."""

import math
import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

WRITE = "Write postgresql://USER@HOST:PORT/NAME."
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def switch(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is “{value}”. Set it to 1 or 0.")
    return value in TRUE


def number(name: str, default: float) -> float:
    """A number above zero."""
    value = text(name, str(default))
    try:
        if 0 < float(value) < math.inf:
            return float(value)
    except ValueError:
        pass
    raise ImproperlyConfigured(f"{name} is “{value}”. Set it to a number above zero.")


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    return Path(text(name) or default).expanduser().absolute()


def database(name: str) -> dict[str, object] | None:
    """`postgresql://user:password@host:port/name?option=value` as Django's settings; None where it is unset."""
    url = text(name)
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        # The parser's own words may quote a part of the password.
        sentence = f"{name} does not parse: in names and passwords write / as %2F, @ as %40 and : as %3A. {WRITE}"
        raise ImproperlyConfigured(sentence) from error
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} is not a PostgreSQL address. {WRITE}")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(options.pop("port", "") or port or ""),
        "OPTIONS": options,
    }
