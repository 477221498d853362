"""Numbers for attributes of each response, on any scale, with words for its points."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from annotate.kinds.elements import check_named
from annotate.kinds.protocol import MAIN, Fields, Question, Said, Shown
from annotate.kinds.ranks import ranks_of_scores
from annotate.kinds.rows import Grid, Line, fill_rows, grid, read_rows, values_in
from annotate.kinds.stored import by_slot, is_whole
from core.errors import PrefereeError
from core.models.comparison import MOST_CANDIDATES

MOST_ATTRIBUTES = 20
FARTHEST = 1_000
MOST_POINTS = 101
LONGEST_ANCHOR = 200


class Rating:
    """As the main question its first attribute says which response is better."""

    name, fewest, most, may_be_main = "rating", 1, MOST_CANDIDATES, True

    def says(self, question: Question) -> Collection[str]:
        return set(points_of(question))

    def check(self, question: Question) -> None:
        lowest: Any = question.get("lowest")
        highest: Any = question.get("highest")
        if not is_whole(lowest) or not is_whole(highest):
            raise PrefereeError("The scale has no two ends. Write a whole number for its lowest and its highest point.")
        if not -FARTHEST <= lowest < highest <= FARTHEST or highest - lowest >= MOST_POINTS:
            raise PrefereeError(
                f"The scale goes from {lowest} to {highest}. Let it rise, between −{FARTHEST:,} and {FARTHEST:,}, "
                f"over at most {MOST_POINTS} points."
            )
        check_named(question.get("attributes"), "attribute", MOST_ATTRIBUTES, text_needed=False)
        for attribute in question["attributes"]:
            _check_anchors(attribute, points_of(question))

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        given = read_rows(question, fields, shown, _lines(question), points_of(question))
        for slot, row in given.items():
            said.ratings.setdefault(slot, {}).update({name: int(value) for name, value in row.items()})
        if given and question["id"] == MAIN:
            deciding = question["attributes"][0]["name"]
            said.ranks = ranks_of_scores([int(given[str(slot)][deciding]) for slot in range(shown.k)])
        return bool(given)

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        return fill_rows(question, _given(question, said, shown.k), shown)

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        return values_in(question, fields, shown, _lines(question), points_of(question))

    def view(self, question: Question, fields: Fields, shown: Shown) -> Grid:
        return grid(question, fields, shown, _lines(question), {point: point for point in points_of(question)})

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        given = _given(question, said, len(letters)).items()
        texts = {line.name: line.text or line.name for line in _lines(question)}
        rated = [f"{letters[int(slot)]} {texts[name]} {value}" for slot, row in given for name, value in row.items()]
        return ", ".join(rated)


def points_of(question: Question) -> list[str]:
    return [str(number) for number in range(question["lowest"], question["highest"] + 1)]


def _lines(question: Question) -> list[Line]:
    return [
        Line(each["name"], each.get("text") or each["name"], each.get("anchors")) for each in question["attributes"]
    ]


def _given(question: Question, said: Said, k: int) -> dict[str, dict[str, str]]:
    """Of each slot its points, as far as they are on this scale: an import may have others."""
    points = set(points_of(question))
    names = [each["name"] for each in question["attributes"]]
    given = {
        slot: {name: f"{row[name]:g}" for name in names if name in row and f"{row[name]:g}" in points}
        for slot, row in by_slot(said.ratings, k).items()
    }
    return {slot: row for slot, row in given.items() if row}


def _check_anchors(attribute: Mapping[str, Any], points: Collection[str]) -> None:
    anchors = attribute.get("anchors") or {}
    if not isinstance(anchors, Mapping):
        raise PrefereeError(f"The anchors of “{attribute['name']}” are no texts by point. Write one text a point.")
    for point, text in anchors.items():
        if point not in points:
            raise PrefereeError(
                f"“{attribute['name']}” has an anchor for {point}, which the scale does not have. Take it away."
            )
        if not isinstance(text, str) or len(text) > LONGEST_ANCHOR:
            raise PrefereeError(
                f"The anchor of “{attribute['name']}” for {point} is too long. "
                f"Shorten it to {LONGEST_ANCHOR} characters."
            )
