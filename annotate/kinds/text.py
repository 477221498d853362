"""Words of one's own: the reason of a judgment, or an answer to any question; tags name the usual ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from annotate.kinds.elements import check_shortest, check_words
from annotate.kinds.protocol import NO_SUCH, BadAnswer, Fields, Question, Said, Shown, first
from annotate.kinds.rows import Option
from annotate.kinds.stored import words_among
from annotate.kinds.wording import refuse_short, written
from core.models.comparison import MOST_CANDIDATES

RATIONALE = "rationale"
LONGEST_REASON = 10_000
MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class View:
    text: str
    tags: Sequence[Option] = ()
    shortest: int = 0
    longest: int = LONGEST_REASON


class Text:
    """A tag alone is an answer too, but not where a text has to have a length."""

    name, fewest, most, may_be_main = "text", 1, MOST_CANDIDATES, False

    def says(self, question: Question) -> Collection[str]:
        return {"given", *question.get("tags", ())}

    def check(self, question: Question) -> None:
        check_shortest(question, LONGEST_REASON)
        check_words(question.get("tags", []), "tag", MOST_TAGS)

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        text = written(first(fields, question["id"]), question["id"], LONGEST_REASON, "reason").strip()
        shortest = question.get("shortest", 0)
        refuse_short(text, question["id"], shortest)
        tags = _tags(question, fields)
        if question["id"] == RATIONALE:
            said.rationale = text
        elif text:
            said.answers[question["id"]] = text
        if tags:
            said.answers[tags_of(question)] = tags
        return bool(text or (tags and not shortest))

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        text, tags = _text_in(question, said), _tags_in(question, said)
        written_text = {question["id"]: [text]} if text else {}
        return written_text | ({f"{question['id']}.tags": tags} if tags else {})

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        chosen = set(fields.get(f"{question['id']}.tags", ())) & set(question.get("tags", ()))
        return chosen | ({"given"} if first(fields, question["id"]).strip() else set())

    def view(self, question: Question, fields: Fields, shown: Shown) -> View:
        chosen = fields.get(f"{question['id']}.tags", ())
        tags = [Option(tag, tag, tag in chosen) for tag in question.get("tags", ())]
        return View(first(fields, question["id"]), tags, question.get("shortest", 0))

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        return " · ".join(filter(None, (", ".join(_tags_in(question, said)), _text_in(question, said))))


def tags_of(question: Question) -> str:
    """Under which name of the answers the tags are kept."""
    return f"{question['id']}_tags"


def _tags(question: Question, fields: Fields) -> list[str]:
    """In the order of the question. Raises BadAnswer where one of them is none."""
    offered = question.get("tags", ())
    chosen = [tag for tag in fields.get(f"{question['id']}.tags", ()) if tag]
    if any(tag not in offered for tag in chosen):
        raise BadAnswer(NO_SUCH, question["id"])
    return [tag for tag in offered if tag in chosen]


def _text_in(question: Question, said: Said) -> str:
    stored = said.rationale if question["id"] == RATIONALE else said.answers.get(question["id"])
    return stored if isinstance(stored, str) else ""


def _tags_in(question: Question, said: Said) -> list[str]:
    return words_among(said.answers.get(tags_of(question)), question.get("tags", ()))
