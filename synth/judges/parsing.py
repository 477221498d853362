"""Read what a judge replied, strictly: the last verdict in the agreed form counts.

None is “cannot be read”, which is never a tie. A reply may be JSON or text; of both, what stands last counts.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from synth.judges.sayings import (
    Said,
    answer_in,
    bare_lines,
    in_plain_letters,
    is_json,
    last_line,
    marks,
    objects,
    titled,
    without_marks,
)

Letter = Literal["A", "B", "tie"]
Ranks = tuple[int, ...]
T = TypeVar("T")

LETTERS: Mapping[str, Letter] = {"A": "A", "B": "B", "C": "tie", "TIE": "tie"}
# The letter that wins, and how strongly: 1 slightly, 3 much, as people's strengths are kept.
POINTS: Mapping[str, tuple[Letter, int]] = {
    "A>>B": ("A", 3),
    "A>B": ("A", 1),
    "A=B": ("tie", 0),
    "B>A": ("B", 1),
    "B>>A": ("B", 3),
}
BEFORE_LETTER = re.compile(r"^(?:RESPONSE|ASSISTANT|ANSWER) +(?=[A-Z]$)")
NUMBER = re.compile(r"(?P<number>[+-]?\d{1,6}(?:[.,]\d{1,6})?)(?:\s*/\s*(?P<most>\d{1,6}))?")
NAMED_NUMBER = re.compile(r"(?P<name>[^:=]{1,80})[:=][\s*]*(?P<value>[^:=]{1,40})")


@dataclass(frozen=True, slots=True)
class Scale:
    """The scores that are allowed."""

    lowest: float
    highest: float


def verdict(text: str) -> Letter | None:
    """The better of two: A, B or tie."""
    return _last(text, "verdict", _letter)


def five_points(text: str) -> tuple[Letter, int] | None:
    """The better of two and how strongly, from 0 to 3."""
    return _last(text, "verdict", _point)


def choice(text: str) -> Letter | None:
    """One letter, which is the whole reply."""
    lines = [bare for _, bare in bare_lines(in_plain_letters(answer_in(text)))]
    return _letter(lines[0]) if len(lines) == 1 else None


def ranking(text: str, letters: Sequence[str]) -> Ranks | None:
    """The rank of each letter, 1 the best and equals level; every letter must be placed once, and no other."""
    return _last(text, "ranking", lambda said: _ranks(said, letters))


def scores(text: str, scales: Mapping[str, Scale]) -> dict[str, float] | None:
    """The score of each name; None where one is missing or outside its scale."""
    answer = in_plain_letters(answer_in(text))
    given = [each for each in objects(answer) if "scores" in each.value]
    lines = [] if is_json(answer) else _numbers(answer, scales)
    if given and (not lines or given[-1].ends > lines[-1].ends):
        return _complete(given[-1].value["scores"], scales)
    return _complete(dict(each.value for each in lines), scales)


def explanation(text: str) -> str:
    """What the reply says beside its verdict."""
    answer = answer_in(text)
    for each in reversed(objects(answer)):
        told = [*_sentences(each.value.get("principles")), *_sentences(each.value.get("explanation"))]
        if told:
            return "\n".join(told)
    return "" if is_json(answer) else without_marks(answer)


def _last(text: str, key: str, read: Callable[[Any], T | None]) -> T | None:
    """The last thing said in the agreed form, read."""
    answer = in_plain_letters(answer_in(text))
    said = [Said(each.ends, each.value[key]) for each in objects(answer) if key in each.value]
    if not is_json(answer):
        said += marks(answer)
        said += [each for each in (*titled(answer), *last_line(answer)) if read(each.value) is not None]
    return read(max(said, key=lambda each: each.ends).value) if said else None


def _letter(said: Any) -> Letter | None:
    return LETTERS.get(_word(said)) if isinstance(said, str) else None


def _point(said: Any) -> tuple[Letter, int] | None:
    if not isinstance(said, str):
        return None
    plain = said.replace("&gt;", ">").replace("≫", ">>").replace(" ", "").upper()
    return POINTS.get(plain)


def _word(said: str) -> str:
    return BEFORE_LETTER.sub("", said.strip().upper())


def _ranks(said: Any, letters: Sequence[str]) -> Ranks | None:
    """From a text like “B > A = C”, or a list of letters or of lists of letters."""
    if isinstance(said, str):
        said = [place.split("=") for place in said.split(">")]
    if not isinstance(said, list):
        return None
    places = [place if isinstance(place, list) else [place] for place in said]
    if not all(isinstance(letter, str) for place in places for letter in place):
        return None
    ranks: dict[str, int] = {}
    for place in places:
        rank = len(ranks) + 1
        for letter in map(_word, place):
            if letter in ranks:
                return None
            ranks[letter] = rank
    return tuple(ranks[letter] for letter in letters) if ranks.keys() == set(letters) else None


def _numbers(answer: str, scales: Mapping[str, Scale]) -> list[Said]:
    """Each name with what is said to be its score, from marks and from lines, in their order."""
    names = {name.casefold(): name for name in scales}
    found = []
    for each in [*marks(answer), *(Said(end, bare) for end, bare in bare_lines(answer) if "[[" not in bare)]:
        named = NAMED_NUMBER.fullmatch(each.value)
        if named and (name := names.get(named["name"].strip(" *_").casefold())):
            found.append(Said(each.ends, (name, named["value"])))
    if len(scales) == 1:
        (name,) = scales
        bare = [*marks(answer), *titled(answer), *last_line(answer)]
        found += [Said(each.ends, (name, each.value)) for each in bare if NUMBER.fullmatch(each.value.strip())]
    return sorted(found, key=lambda each: each.ends)


def _complete(said: Any, scales: Mapping[str, Scale]) -> dict[str, float] | None:
    if not isinstance(said, Mapping):
        return None
    by_name = {str(name).casefold(): value for name, value in said.items()}
    read = {name: _score(by_name.get(name.casefold()), scale) for name, scale in scales.items()}
    return None if None in read.values() else {name: value for name, value in read.items() if value is not None}


def _score(said: Any, scale: Scale) -> float | None:
    if isinstance(said, str):
        found = NUMBER.fullmatch(said.strip(" *_"))
        if not found or (found["most"] and float(found["most"]) != scale.highest):
            return None
        said = float(found["number"].replace(",", "."))
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return float(said) if scale.lowest <= said <= scale.highest else None


def _sentences(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value if isinstance(each, str) and each.strip()]
    return [value] if isinstance(value, str) and value.strip() else []
