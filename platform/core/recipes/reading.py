"""Read a recipe from YAML: what it says, and on which line it says it. Data alone: no tag makes an object."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from core.errors import PrefereeError
from core.recipes.specification import RecipeSpecification

MOST_CHARACTERS = 100_000
DEEPEST = 20

Path = tuple[str | int, ...]


class RecipeError(PrefereeError):
    """The recipe does not fit; says where in it, and why."""


class Recipe:
    """A recipe that was read; `line` tells where a part of it stands."""

    def __init__(self, where: str, specification: RecipeSpecification, lines: Mapping[Path, int]) -> None:
        self.where = where
        self.specification = specification
        self._lines = lines

    def wrong(self, path: Path, sentence: str) -> RecipeError:
        """The error that names the line of this part, or of the nearest one around it."""
        return RecipeError(f"{self.where}, line {_line(self._lines, path)}: {sentence}")


def read_recipe(source: str, where: str = "the recipe") -> Recipe:
    """Raises RecipeError with the line and the field that do not fit."""
    node = _composed(source, where)
    lines = dict(_lines(node, (), where))
    try:
        specification = RecipeSpecification.model_validate(_data(node, where))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the recipe"
        line = _line(lines, first["loc"])
        raise RecipeError(f"{where}, line {line}: {field}: {first['msg']}.") from error
    recipe = Recipe(where, specification, lines)
    _check_order(recipe)
    return recipe


def _composed(source: str, where: str) -> yaml.Node:
    if len(source) > MOST_CHARACTERS:
        raise RecipeError(f"{where} has {len(source):,} characters; a recipe has at most {MOST_CHARACTERS:,}.")
    try:
        _check_events(source, where)
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _not_yaml(error, where) from error
    if not isinstance(node, yaml.MappingNode):
        raise RecipeError(f"{where} holds no recipe. Write “recipe: NAME”, then “stages:” with a list.")
    return node


def _not_yaml(error: yaml.YAMLError, where: str) -> RecipeError:
    mark = getattr(error, "problem_mark", None)
    line = f", line {mark.line + 1}" if mark else ""
    problem = getattr(error, "problem", None) or str(error)
    return RecipeError(f"{where}{line}: This is not YAML as recipes use it: {problem}.")


def _check_events(source: str, where: str) -> None:
    """No aliases, which can make a small text enormous, and no towers of brackets."""
    depth = 0
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise RecipeError(f"{where}, line {line}: Aliases are not read in recipes. Write the value out.")
        if isinstance(event, yaml.ScalarEvent) and not is_storable(event.value):
            raise RecipeError(f"{where}, line {line}: Here stands NUL or half a character, which cannot be kept.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RecipeError(f"{where}, line {line}: This is nested more than {DEEPEST} levels deep.")


def is_storable(text: str) -> bool:
    """Whether the database can keep it: escapes can write what is no text."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _data(node: yaml.Node, where: str) -> Any:
    try:
        return yaml.SafeLoader("").construct_document(node)
    except yaml.YAMLError as error:
        raise _not_yaml(error, where) from error
    except ValueError as error:  # a date that does not exist, a number that is none
        raise RecipeError(f"{where}: A value cannot be read: {error}. Put it into quotes.") from error


def _lines(node: yaml.Node, path: Path, where: str) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            yield from _lines(item, (*path, at), where)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise RecipeError(f"{where}, line {line}: The name of a field is a word, and not a list or a mapping.")
            if key.value in seen:
                raise RecipeError(f"{where}, line {line}: “{key.value}” stands here a second time.")
            seen.add(key.value)
            yield from _lines(value, (*path, key.value), where)
            yield (*path, key.value), line


def _line(lines: Mapping[Path, int], path: Path) -> int:
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _check_order(recipe: Recipe) -> None:
    earlier: set[str] = set()
    for at, stage in enumerate(recipe.specification.stages):
        if stage.name in earlier:
            raise recipe.wrong(
                ("stages", at), f"A second stage is called “{stage.name}”. Give one of them another name."
            )
        for name in stage.after or []:
            if name not in earlier:
                known = ", ".join(sorted(earlier)) or "none"
                raise recipe.wrong(
                    ("stages", at, "after"), f"after: no stage above is called “{name}”. Those above: {known}."
                )
        earlier.add(stage.name)
