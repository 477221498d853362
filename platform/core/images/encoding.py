"""Somebody's image as one of ours: decoded, made as small as it is of use, and encoded without what came along."""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from core.runs.steps import PermanentError

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2_048
MOST_LOSSLESS = 1_500_000  # pixels; a larger drawing would take seconds to encode and megabytes to send
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    LookupError,
    ArithmeticError,
    MemoryError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Encoded:
    content: bytes
    width: int
    height: int


def encoded(data: bytes) -> Encoded:
    """As WebP, or as PNG where this machine's Pillow has none. Of a moving image the first picture.

    Raises PermanentError with a sentence where it is no image that is taken.
    """
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PermanentError(f"It has {image.width:,} × {image.height:,} pixels: too many to show.")
            return _encoded(image, is_drawing=image.format in ("PNG", "GIF"))
    except (Image.DecompressionBombError, *BROKEN) as error:
        raise PermanentError("It is no image, or a damaged one. PNG, JPEG, GIF and WebP are taken.") from error


def _encoded(image: "Image", *, is_drawing: bool) -> Encoded:
    from PIL import ImageOps, features

    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(image)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain.info.clear()
    file = BytesIO()
    if features.check("webp"):
        lossless = is_drawing and plain.width * plain.height <= MOST_LOSSLESS
        plain.save(file, "WEBP", lossless=lossless, quality=80 if lossless else 90, method=3)
    else:
        plain.save(file, "PNG")
    return Encoded(file.getvalue(), plain.width, plain.height)


def media_type(content: bytes) -> str:
    """Of what `encoded` made."""
    return "image/webp" if content.startswith(b"RIFF") else "image/png"
