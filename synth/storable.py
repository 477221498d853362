"""What a model writes, as the database takes it."""


def storable(text: str) -> str:
    """Without NUL and halves of characters, which a model may write and a row cannot keep."""
    return text.encode(errors="replace").decode().replace("\0", "�")
