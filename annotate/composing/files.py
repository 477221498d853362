"""A question set as a file that a team keeps in its repository: YAML or JSON, and back. Data alone, never an object."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from annotate.composing.cells import Question
from annotate.kinds.checking import MOST_QUESTIONS
from core.errors import PrefereeError
from core.recipes.reading import is_storable

MOST_CHARACTERS = 200_000
DEEPEST = 12
FORMATS = ("yaml", "json")
# In the order in which a reader looks for them.
KEYS = ("id", "kind", "text", "help", "required", "when")


def written(questions: Sequence[Question], ending: str, head: str = "") -> str:
    """`head` is a comment above it in YAML; JSON has none."""
    data = {"questions": [_ordered(question) for question in questions]}
    if ending == "json":
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    text = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return f"# {head}\n{text}" if head else text


def questions_in(source: str, where: str = "The text") -> list[dict[str, Any]]:
    """The questions of a file in either format; whether they fit together is for others to say.

    Raises PrefereeError with the line where it is none.
    """
    if len(source) > MOST_CHARACTERS:
        raise PrefereeError(f"{where} has {len(source):,} characters. A question set has at most {MOST_CHARACTERS:,}.")
    try:
        _check_events(source, where)
        data = yaml.load(source, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError) as error:
        raise PrefereeError(
            f"{where} is neither YAML nor JSON{_line(error)}. Download a set to see how it looks."
        ) from error
    return _questions(data, where)


def _questions(data: Any, where: str) -> list[dict[str, Any]]:
    found = data.get("questions") if isinstance(data, Mapping) else data
    if not isinstance(found, list) or not found:
        raise PrefereeError(f"{where} holds no questions. Write “questions:” and below it a list of them.")
    if len(found) > MOST_QUESTIONS:
        raise PrefereeError(f"{where} holds {len(found)} questions. Ask at most {MOST_QUESTIONS}.")
    for number, question in enumerate(found, start=1):
        if not isinstance(question, Mapping) or not isinstance(question.get("kind"), str):
            raise PrefereeError(f"{where}: question {number} has no kind. Write one like “kind: pairwise”.")
    return [_plain(question, f"{where}: question {number}") for number, question in enumerate(found, start=1)]


def _plain(question: Mapping[str, Any], where: str) -> dict[str, Any]:
    """As JSON has it: anchors are keyed by text, and no date or binary is left."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(question, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise PrefereeError(f"{where} holds something that is no text, number or list. Put it in quotes.") from error
    return plain


def _check_events(source: str, where: str) -> None:
    """No aliases, which can make a small text enormous, and no towers of brackets."""
    depth = 0
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise PrefereeError(f"{where}, line {line}: Aliases are not read. Write the value out.")
        if isinstance(event, yaml.ScalarEvent) and not is_storable(event.value):
            raise PrefereeError(f"{where}, line {line}: Here stands NUL or half a character, which cannot be kept.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise PrefereeError(f"{where}, line {line}: This is nested more than {DEEPEST} deep.")


def _line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark else ""


def _ordered(question: Question) -> dict[str, Any]:
    first = {key: question[key] for key in KEYS if key in question}
    return {**first, **{key: value for key, value in question.items() if key not in first}}


class _Dumper(yaml.SafeDumper):
    """Lists stand in under their key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True
