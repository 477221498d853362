"""The one error of this package."""


class EmbeddedError(Exception):
    """The embedded database cannot do what was asked; its text is a sentence for a person."""
