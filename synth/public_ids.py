"""Public ids that come in forms and addresses."""

from uuid import UUID

NOBODY = UUID(int=0)


def public_in(text: str) -> UUID:
    """An id that nothing has, where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return NOBODY
