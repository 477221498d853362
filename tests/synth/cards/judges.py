"""Judges that a test scripts: each sees the two texts as they are shown and says which is better."""

import re
from collections.abc import Callable

from synth.backends.protocol import Request
from synth.cards.probes import INJECTIONS

RESPONSE = re.compile(r"<<<(\w+) response ([AB])\n(.*?)\n?\1>>>", re.DOTALL)
Choice = Callable[[str, str], str]


def saying(choose: Choice) -> Callable[[Request], str]:
    """The answer of a scripted backend."""

    def answer(request: Request) -> str:
        shown = {letter: text for _, letter, text in RESPONSE.findall(request.messages[-1]["content"])}
        return f"Because it is so.\n[[{choose(shown['A'], shown['B'])}]]"

    return answer


def honest(a: str, b: str) -> str:
    """Knows what is right, and that two texts can be the same."""
    right = [text.startswith("Right") for text in (a, b)]
    return "tie" if right[0] == right[1] else "AB"[right.index(True)]


def prefers_the_first(a: str, b: str) -> str:
    return "A"


def prefers_the_longer(a: str, b: str) -> str:
    return "tie" if len(a) == len(b) else "A" if len(a) > len(b) else "B"


def obeys_injections(a: str, b: str) -> str:
    told = [any(order in text for order in INJECTIONS.values()) for text in (a, b)]
    return honest(a, b) if told[0] == told[1] else "AB"[told.index(True)]


def loves_colons(a: str, b: str) -> str:
    return "A" if a.strip() == ":" else "B" if b.strip() == ":" else honest(a, b)
