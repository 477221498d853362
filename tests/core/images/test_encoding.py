"""Images of others, encoded again: what they show stays, what came along does not, and no bomb goes off."""

import zlib
from io import BytesIO

import pytest
from PIL import Image

from core.images.encoding import LONGEST_SIDE, encoded, media_type
from core.runs.steps import PermanentError


def drawn(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: object) -> bytes:
    file = BytesIO()
    Image.new(mode, size, "red").save(file, kind, **more)
    return file.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A header that promises that many pixels, with next to nothing behind it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_each_format_that_is_taken_comes_out_as_one_of_ours(kind: str) -> None:
    made = encoded(drawn(kind))
    assert (made.width, made.height) == (40, 20)
    with Image.open(BytesIO(made.content)) as image:
        assert image.format == "WEBP"
        red, green, blue = image.convert("RGB").getpixel((5, 5))
        assert red > 200 > 60 > max(green, blue)
    assert media_type(made.content) == "image/webp"


def test_what_came_along_is_left_behind() -> None:
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    data = drawn("JPEG", exif=exif, comment=b"a secret comment")
    assert b"where it was taken" in data
    made = encoded(data)
    assert b"where it was taken" not in made.content
    assert b"secret comment" not in made.content


def test_a_picture_that_was_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = encoded(drawn("JPEG", exif=exif))
    assert (made.width, made.height) == (20, 40)


def test_a_large_image_is_made_smaller() -> None:
    made = encoded(drawn("PNG", (4096, 100)))
    assert (made.width, made.height) == (LONGEST_SIDE, 50)


def test_what_can_be_seen_through_stays_so() -> None:
    data = BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(data, "PNG")
    with Image.open(BytesIO(encoded(data.getvalue()).content)) as image:
        assert image.convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("size", [(100_000, 100_000), (60_000, 700), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_of_pixels_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(PermanentError):
        encoded(png_of(*size))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.4",
        b"GIF89a" + b"\xff" * 50,
        drawn("PNG")[:60],
        drawn("JPEG")[:200],
        b"BM" + b"\0" * 60,
        png_of(40, 20),
    ],
)
def test_what_is_no_image_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(PermanentError, match="It is no image, or a damaged one"):
        encoded(data)


def test_a_script_behind_an_image_does_not_come_along() -> None:
    assert b"<script>" not in encoded(drawn("GIF") + b"<script>alert(1)</script>").content
