"""How the density ratio is customised (CDR, arXiv 2411.02481): the domain of a prompt, its instruction, an example.

The texts are files in `domains/`, a version in each name. A version is never edited: a change is a new one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Literal

import yaml

from core.errors import PrefereeError
from core.ids import key_of

Domain = Literal["safety", "reasoning", "chat"]
DOMAINS: tuple[Domain, ...] = ("safety", "reasoning", "chat")
FALLBACK: Domain = "chat"
NEWEST = 1
LONGEST_TURN = 8_000
FOLDER = Path(__file__).parent / "domains"
AROUND = re.compile(r"""^[\s"'“”*`\[(]+|[\s"'“”*`\])]+$""")
EXAMPLE = Template(
    "An example of what tells a good answer from a bad one. $instruction\n\nUser: $user\n\nGood answer: $good\n\n"
    "Bad answer: $bad\n\nWhy: $why"
)


@dataclass(frozen=True, slots=True)
class Routed:
    """`read` is False where the router's reply said none of the domains, so that chat was taken."""

    domain: Domain
    read: bool


@dataclass(frozen=True, slots=True)
class Customised:
    """The messages that both models are given, and which example is in them."""

    messages: tuple[Mapping[str, Any], ...]
    exemplar: str


def routed(reply: str) -> Routed:
    """The domain that a router named: the whole reply is one of the three words, in any case, quoted or with a full
    stop perhaps. Anything else cannot be read."""
    word = AROUND.sub("", AROUND.sub("", reply).removesuffix(".")).casefold()
    found = next((domain for domain in DOMAINS if domain == word), None)
    return Routed(found or FALLBACK, found is not None)


def question(turn: str, version: int) -> list[dict[str, str]]:
    """What the router is asked about a prompt's last user turn, which stands fenced in it as data.

    The same turn is asked in the same words, so that a reply that is stored is found again.
    """
    file = _file("router", version)
    fence = f"=== {key_of('fence', turn).hex()} ==="
    shown = turn if len(turn) <= LONGEST_TURN else f"{turn[:LONGEST_TURN]}…"
    text = Template(file["text"]).substitute(fence=fence, turn=shown)
    return [{"role": "system", "content": file["system"]}, {"role": "user", "content": text}]


def customised(
    messages: Sequence[Mapping[str, Any]], domain: Domain, prompt_key: bytes, version: int, *, system: str = ""
) -> Customised:
    """The domain's instruction and one of its examples as the system text, before the prompt's own.

    Which example is decided by a hash of the prompt, so that the choice replays.
    """
    file = _file(domain, version)
    exemplar = chosen(file["exemplars"], prompt_key)
    parts = (file["instruction"], EXAMPLE.substitute(exemplar), system)
    head = {"role": "system", "content": "\n\n".join(filter(None, parts))}
    return Customised((head, *messages), exemplar["name"])


def chosen(exemplars: Sequence[Mapping[str, str]], prompt_key: bytes) -> Mapping[str, str]:
    number = int.from_bytes(key_of("exemplar", prompt_key), "big")
    return exemplars[number % len(exemplars)]


def typical_length(version: int) -> int:
    """How many characters customising adds to a prompt, about."""
    return len((FOLDER / f"{FALLBACK}-{version}.yaml").read_text(encoding="utf-8")) // 2


def digest(version: int) -> str:
    """Of all texts of a version: what a scorer keeps beside its number."""
    return key_of(*((FOLDER / f"{name}-{version}.yaml").read_bytes() for name in (*DOMAINS, "router"))).hex()


@cache
def _file(name: str, version: int) -> Any:
    path = FOLDER / f"{name}-{version}.yaml"
    if not path.is_file():
        raise PrefereeError(f"There is no version {version} of the domain instructions. The newest is {NEWEST}.")
    return yaml.safe_load(path.read_text(encoding="utf-8"))
