"""NAME@VERSION, as judge prompts and rubrics are named."""


def name_and_version(named: str) -> tuple[str, int]:
    """The version is 0, which nothing has, where none is written."""
    name, _, version = named.rpartition("@")
    return name, number_in(version)


def number_in(text: str) -> int:
    """0 where it is no number of a version."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
