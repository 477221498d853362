"""The results of one annotation or prediction → what it says about which answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.importing.interchange import RefusedLine
from core.importing.label_studio.places import Places
from core.importing.label_studio.targets import named

SIDES = {"left": 1, "right": -1}
UNRANKED = "_"
RATIONALE = re.compile(r"rationale|reason|why|expla|justif|comment|feedback", re.IGNORECASE)
PAIR = 2
LONGEST_NAME = 200
PLAIN = {"choices": "choices", "textarea": "text", "number": "number", "rating": "rating", "pairwise": "selected"}

Unit = tuple[str, ...]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What a control says of a unit: for a judgment, and as it was told."""

    control: str
    fields: Fields
    told: Any


class Said:
    """What is said, by unit: the answers that it is about together."""

    def __init__(self, places: Places, mapping: Mapping[str, str]) -> None:
        self.places, self.mapping = places, mapping
        self.pairs = {name: keys.split(",") for name, keys in named(mapping, "pair").items()}
        self.objects = named(mapping, "object")
        self.verdicts: dict[Unit, Verdict] = {}
        self.ratings: list[tuple[str, str, float]] = []
        self.answers: Fields = {}
        self.rationale: list[str] = []

    def take(self, result: Any, place: str) -> None:
        """Raises RefusedLine where a result of a known kind does not hold what that kind holds."""
        if not isinstance(result, dict):
            raise RefusedLine(f"{place}: a result is an object.")
        kind, control = result.get("type"), result.get("from_name")
        if not isinstance(kind, str) or not isinstance(control, str) or not control:
            return  # a relation between regions, or nothing that a control said
        value = result.get("value")
        if not isinstance(value, dict):
            raise RefusedLine(f"{place}.value: expected an object.")
        if len(control) > LONGEST_NAME:
            raise RefusedLine(f"{place}.from_name: is longer than {LONGEST_NAME} characters.")
        value = value.get(PLAIN.get(kind, kind), value)
        match kind:
            case "pairwise":
                self._pairwise(control, value, place)
            case "ranker":
                self._ranker(control, value, place)
            case "rating" | "number":
                self._rating(control, result.get("to_name"), value, place)
            case "choices":
                self._answer(control, _choices(value, place))
            case "textarea":
                self._text(control, value, place)
            case _:
                self._answer(control, result["value"])

    def _pairwise(self, control: str, selected: Any, place: str) -> None:
        if selected in (None, ""):
            return
        if not isinstance(selected, str) or selected not in SIDES:
            raise RefusedLine(f"{place}.value.selected: expected left or right.")
        keys = self.pairs.get(control, list(self.places.ids)[:2])
        ids = [self.places.ids[key] for key in keys if key in self.places.ids]
        if len(ids) != PAIR:
            raise RefusedLine(
                f"{place}: is a preference between two answers, and the task's data show {len(self.places.ids)}. "
                "Say where they are: --map response_1=KEY --map response_2=KEY."
            )
        self._verdict((ids[0], ids[1]), Verdict(control, {"preference": SIDES[selected]}, selected), place)

    def _ranker(self, control: str, buckets: Any, place: str) -> None:
        buckets = {control: buckets} if isinstance(buckets, list) else buckets
        if not isinstance(buckets, dict) or not all(isinstance(ids, list) for ids in buckets.values()):
            raise RefusedLine(f"{place}.value.ranker: expected lists of ids.")
        ranked = [ids for name, ids in buckets.items() if name != UNRANKED]
        if len(ranked) != 1:
            if ranked:  # buckets group the answers; which group is better, nobody says
                self._answer(control, buckets)
            return
        tiers = [[self._item(id_, place)] for id_ in ranked[0]]
        if tiers:
            self._verdict(tuple(self.places.items.values()), Verdict(control, {"ranking": tiers}, ranked[0]), place)

    def _item(self, id_: Any, place: str) -> str:
        known_as = str(id_) if isinstance(id_, str | int) else ""
        if known_as not in self.places.items:
            raise RefusedLine(
                f"{place}: ranks {known_as[:60]!r}, which is not among the task's items. "
                "Say where the list is: --map items=KEY."
            )
        return self.places.items[known_as]

    def _verdict(self, unit: Unit, new: Verdict, place: str) -> None:
        """One a unit: of the control `main`, else of the first; what others say becomes an answer."""
        there = self.verdicts.get(unit)
        if there is None:
            self.verdicts[unit] = new
        elif there.control != new.control:
            kept, other = (new, there) if new.control == self.mapping.get("main") else (there, new)
            self.verdicts[unit] = kept
            self._answer(other.control, other.told)
        elif there.fields != new.fields:
            raise RefusedLine(f"{place}: {new.control!r} says two different things in one annotation.")

    def _rating(self, control: str, to_name: Any, value: Any, place: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RefusedLine(f"{place}.value: expected a number.")
        if (response := self._response(to_name)) is None:
            self._answer(control, value)
        else:
            self.ratings.append((response, control, value))

    def _response(self, to_name: Any) -> str | None:
        """The answer that a control points at. Where there is only one answer, every rating is of it."""
        key = self.objects.get(to_name, to_name) if isinstance(to_name, str) else None
        if key in self.places.ids:
            return self.places.ids[key]
        ids = [response["id"] for response in self.places.responses]
        return ids[0] if len(ids) == 1 else None

    def _text(self, control: str, value: Any, place: str) -> None:
        parts = [value] if isinstance(value, str) else value
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise RefusedLine(f"{place}.value.text: expected text, or a list of texts.")
        text = "\n".join(part for part in parts if part.strip())
        chosen = self.mapping.get("rationale")
        if not text:
            return
        if control == chosen or (chosen is None and RATIONALE.search(control)):
            self.rationale.append(text)
        else:
            self._answer(control, text)

    def _answer(self, control: str, value: Any) -> None:
        """A second result of the same control stands beside the first; an empty list says nothing."""
        before = self.answers.get(control)
        if value == []:
            return
        if before is None:
            self.answers[control] = value
        elif before != value:
            self.answers[control] = [*(before if isinstance(before, list) else [before]), value]


def _choices(value: Any, place: str) -> Any:
    """One choice as it is, several as a list; of nested ones their path."""
    chosen = [value] if isinstance(value, str) else value
    if not isinstance(chosen, list) or not all(_is_choice(one) for one in chosen):
        raise RefusedLine(f"{place}.value.choices: expected a list of texts.")
    paths = [one if isinstance(one, str) else " / ".join(one) for one in chosen]
    return paths[0] if len(paths) == 1 else paths


def _is_choice(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(part, str) for part in value))


def by_unit(said: Said) -> dict[Unit, Fields]:
    """The fields of a judgment for each unit about which something is said. Answers and reasons go with the verdict."""
    units = {unit: dict(verdict.fields) for unit, verdict in said.verdicts.items()}
    pairs = (unit for unit, fields in units.items() if "preference" in fields)
    main = next(pairs, None) or next(iter(units), None) or tuple(said.places.units[0])
    for response, control, value in said.ratings:
        unit = main if response in main else next((unit for unit in units if response in unit), (response,))
        units.setdefault(unit, {}).setdefault("ratings", {}).setdefault(response, {})[control] = value
    if said.answers:
        units.setdefault(main, {})["answers"] = said.answers
    if said.rationale:
        units.setdefault(main, {})["rationale"] = "\n\n".join(said.rationale)
    return units
