"""Where a request comes from: the address, its neighbourhood, the browser in words."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

# One household or office holds a whole /64 of IPv6, and may use another address of it for each try.
IPV6_PREFIX = 64
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS|Chromium", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh|Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux|X11", "Linux"),
)


def address_of(request: HttpRequest) -> str:
    """Behind a proxy, the address that the proxy itself saw: the last one it wrote. Empty where it is none."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded: str = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return _cleaned(forwarded)
    return _cleaned(str(request.META.get("REMOTE_ADDR", "")))


def _cleaned(text: str) -> str:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def neighbourhood(address: str) -> str:
    """What counts as one address: of IPv6 the network that one customer gets."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address.partition('%')[0]}/{IPV6_PREFIX}", strict=False))


def address_in_words(address: str) -> str:
    if not address:
        return "an unknown address"
    return "this machine" if ipaddress.ip_address(address).is_loopback else address


def browser_in_words(request: HttpRequest) -> str:
    """Like “Firefox on Windows”: enough to know one's own machine again."""
    agent = request.headers.get("User-Agent", "")[:500]
    browser = next((name for pattern, name in BROWSERS if re.search(pattern, agent)), "")
    system = next((name for pattern, name in SYSTEMS if re.search(pattern, agent)), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown browser"
