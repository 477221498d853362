"""Good or not, response by response: what KTO is trained on."""

from collections.abc import Collection, Mapping, Sequence

from annotate.kinds.protocol import MAIN, Fields, Question, Said, Shown
from annotate.kinds.ranks import ranks_of_scores
from annotate.kinds.rows import WHOLE, Grid, fill_rows, grid, read_rows, values_in
from annotate.kinds.stored import by_slot
from core.models.comparison import MOST_CANDIDATES

LABELS: Mapping[str, str] = {"up": "Good", "down": "Bad"}
NUMBERS = {"up": 1, "down": 0}


class Thumbs:
    name, fewest, most, may_be_main = "thumbs", 1, MOST_CANDIDATES, True

    def says(self, question: Question) -> Collection[str]:
        return set(LABELS)

    def check(self, question: Question) -> None:
        """There is nothing to choose."""

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        given = read_rows(question, fields, shown, WHOLE, list(LABELS))
        for slot, row in given.items():
            said.ratings.setdefault(slot, {})[question["id"]] = NUMBERS[row[""]]
        if given and question["id"] == MAIN:
            said.ranks = ranks_of_scores([NUMBERS[given[str(slot)][""]] for slot in range(shown.k)])
        return bool(given)

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        return fill_rows(question, _given(question, said, shown.k), shown)

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        return values_in(question, fields, shown, WHOLE, list(LABELS))

    def view(self, question: Question, fields: Fields, shown: Shown) -> Grid:
        return grid(question, fields, shown, WHOLE, LABELS)

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        given = _given(question, said, len(letters)).items()
        return ", ".join(f"{letters[int(slot)]} {LABELS[row['']].lower()}" for slot, row in given)


def _given(question: Question, said: Said, k: int) -> dict[str, dict[str, str]]:
    names = {number: name for name, number in NUMBERS.items()}
    name = question["id"]
    return {slot: {"": names[row[name]]} for slot, row in by_slot(said.ratings, k).items() if row.get(name) in names}
