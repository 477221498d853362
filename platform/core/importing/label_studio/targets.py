"""What `--map TARGET=VALUE` may say about tasks of Label Studio, beside the targets of any table.

A labelling configuration comes down to the same targets, so that a file and a server are read alike.
"""

import re
from collections.abc import Mapping

TARGET = re.compile(
    r"prompt|system|reference|tags|response(?:_[1-9]\d?)?|model(?:_[1-9]\d?)?|metadata\.[^.].*"
    r"|items|main|rationale|(?:pair|object|person)\..+"
)
OWN = re.compile(r"items|main|rationale|(?:pair|object|person)\..+")


def is_target(name: str) -> bool:
    return TARGET.fullmatch(name) is not None


def is_own(name: str) -> bool:
    """Whether the target means something here alone."""
    return OWN.fullmatch(name) is not None


def numbered(mapping: Mapping[str, str], stem: str) -> dict[str, str]:
    """What `response`, or `response_1`, `response_2` … name, in their order."""
    names = [name for name in mapping if re.fullmatch(rf"{stem}(?:_[1-9]\d?)?", name)]
    return {name: mapping[name] for name in sorted(names, key=lambda name: int(name[len(stem) + 1 :] or 0))}


def named(mapping: Mapping[str, str], group: str) -> dict[str, str]:
    """What `GROUP.NAME=VALUE` says, by name."""
    return {name.removeprefix(f"{group}."): value for name, value in mapping.items() if name.startswith(f"{group}.")}
