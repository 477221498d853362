"""Failures that have a sentence for a person. They are caught once, at the edge, and shown; all others crash."""


class PrefereeError(Exception):
    """Its text says what is wrong, where, and what to do."""


class Conflict(PrefereeError):
    """Somebody else changed the thing in the meantime."""
