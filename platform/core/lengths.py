"""How long a text is, as a reader would say it."""

import re

# Scripts that are written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
UNSPACED = re.compile(
    "[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
)
MOSTLY = 0.3


def length_of(text: str) -> str:
    """Words, or characters where the script does not space its words."""
    words = text.split()
    solid = sum(map(len, words))
    if not text.isascii() and len(UNSPACED.findall(text)) > solid * MOSTLY:
        return _counted(solid, "character")
    return _counted(len(words), "word")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
