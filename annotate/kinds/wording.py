"""Texts that people write in a form, as they can be stored."""

from annotate.kinds.protocol import BadAnswer


def written(text: str, question: str, longest: int, what: str = "text") -> str:
    """With line ends as they are stored. Raises BadAnswer where it is too long or no text that a database keeps."""
    text = text.replace("\r\n", "\n")
    if len(text) > longest:
        raise BadAnswer(f"The {what} is longer than {longest:,} characters. Shorten it.", question)
    if "\0" in text:
        raise BadAnswer("Null characters are not allowed. Delete them, then submit.", question)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadAnswer("This text holds half of a character. Type it again, then submit.", question)
    return text


def refuse_short(text: str, question: str, shortest: int) -> None:
    if text and len(text) < shortest:
        raise BadAnswer(f"This text has {len(text):,} of at least {shortest:,} characters. Write more.", question)
