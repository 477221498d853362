"""Words of one's own: the reason of a judgment, or an answer to any question."""

from dataclasses import dataclass

from annotate.kinds.protocol import BadAnswer, Fields, Question, Said, Shown, first
from core.models.comparison import MOST_CANDIDATES

RATIONALE = "rationale"
LONGEST_REASON = 10_000


@dataclass(frozen=True, slots=True)
class View:
    text: str


class Text:
    name, fewest, most = "text", 1, MOST_CANDIDATES

    def check(self, question: Question) -> None:
        """Whatever is asked can be answered in words."""

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        text = first(fields, question["id"]).replace("\r\n", "\n").strip()
        if len(text) > LONGEST_REASON:
            raise BadAnswer(f"The reason is longer than {LONGEST_REASON:,} characters. Shorten it.", question["id"])
        if question["id"] == RATIONALE:
            said.rationale = text
        elif text:
            said.answers[question["id"]] = text
        return bool(text)

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        text = said.rationale if question["id"] == RATIONALE else said.answers.get(question["id"], "")
        return {question["id"]: [text]} if text else {}

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        return {"given"} if first(fields, question["id"]).strip() else set()

    def view(self, question: Question, fields: Fields, shown: Shown) -> View:
        return View(first(fields, question["id"]))
