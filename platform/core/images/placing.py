"""Where images stand in rendered content: first a placeholder, then an image from here, or its words. No Django."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from urllib.parse import quote

from core.ids import key_of

# Written out in the text itself. Other formats are not taken, SVG above all.
ITSELF = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,", re.IGNORECASE)
# What would end an address in Markdown before its end.
ODD_IN_ADDRESSES = re.compile(r"[<>\\\s]")
LONGEST_SHOWN = 300
# As the sanitiser writes it, which leaves no bare < or quote in texts and attributes: nothing else looks like it.
PLACEHOLDER = re.compile(r'<img alt="([^"]*)" src="image:([0-9a-f]{32})" title="([^"]*)">')


@dataclass(frozen=True, slots=True)
class Kept:
    """An image that lies here, at `path`."""

    path: str
    width: int
    height: int


def is_image_itself(address: str) -> bool:
    return ITSELF.match(address) is not None


def key_of_address(address: str) -> bytes:
    return key_of("image", address)


def placeholder(address: str, alt: str) -> str:
    shown = address if len(address) <= LONGEST_SHOWN else f"{address[:LONGEST_SHOWN]}…"
    return f'<img alt="{escape(alt)}" src="image:{key_of_address(address).hex()}" title="{escape(shown)}">'


def images_in(html: str) -> list[str]:
    """The keys of the images that the content names, in hexadecimal."""
    return list(dict.fromkeys(key for _, key, _ in PLACEHOLDER.findall(html))) if 'src="image:' in html else []


def with_images(html: str, kept: Mapping[str, Kept]) -> str:
    """Each placeholder as the image that lies here, or else as its words and its address."""
    return PLACEHOLDER.sub(_placed(kept), html) if 'src="image:' in html else html


def without_images(html: str) -> str:
    return with_images(html, {})


def _placed(kept: Mapping[str, Kept]) -> Callable[[re.Match[str]], str]:
    def placed(found: re.Match[str]) -> str:
        alt, key, address = found.groups()
        if image := kept.get(key):
            size = f'width="{image.width}" height="{image.height}"'
            return f'<img src="{escape(image.path)}" {size} alt="{alt}" loading="lazy" decoding="async">'
        return f"<span>[image: {escape(unescape(alt))} {escape(unescape(address))}]</span>"

    return placed


def image_as_markdown(part: Any) -> str:
    """An image part of OpenAI's messages as Markdown says it; empty for all others."""
    image = part.get("image_url") if isinstance(part, Mapping) else None
    address = image.get("url") if isinstance(image, Mapping) else image
    return f"![image](<{ODD_IN_ADDRESSES.sub(_quoted, address)}>)" if isinstance(address, str) and address else ""


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0])
