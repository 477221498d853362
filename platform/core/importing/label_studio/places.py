"""Which of a task's data is the prompt and which are the answers: as the mapping says, else by their names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.importing.interchange import Messages, RefusedLine
from core.importing.label_studio.targets import named, numbered
from core.importing.messages import conversation, plain_text

PROMPTS = ("prompt", "question", "instruction", "query", "dialogue", "messages", "conversation", "input", "text")
LISTS = ("items", "responses", "answers", "candidates", "results", "outputs", "completions", "options")
STEMS = ("response", "answer", "output", "completion", "reply", "candidate", "generation", "option", "text", "txt")
STEMS_OF_PAIRS = (*STEMS, *(f"pair{stem}" for stem in STEMS))
NUMBERED = re.compile(r"([a-z]+?)[ _-]?(\d{1,2}|[a-h]|left|right|first|second)")
CONTENTS = ("body", "text", "content", "value", "html", "title")

Data = Mapping[str, Any]


@dataclass
class Places:
    """A task's prompt and answers. `ids` are names of answers by data key, `items` by the id that a ranker knows."""

    prompt: Any
    responses: list[dict[str, Any]] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    @property
    def units(self) -> list[list[str]]:
        """What is judged together: the answers shown side by side, and the list to rank."""
        return [unit for unit in (list(self.ids.values()), list(self.items.values())) if unit]


def places_of(data: Data, mapping: Mapping[str, str]) -> Places:
    """Raises RefusedLine where there is no prompt, or a place holds something else than text or messages."""
    keys, items = _answers(data, mapping), _items_key(data, mapping)
    prompt = _prompt_key(data, mapping, {*keys, items})
    places = Places(_content(data, prompt), used={prompt, *keys})
    for number, key in enumerate(keys, start=1):
        model = mapping.get(f"model_{number}") or (mapping.get("model") if len(keys) == 1 else None)
        places.ids[key] = key
        places.responses.append({"id": key, "content": _content(data, key), "model": _model(data, key, model, places)})
    if items is not None:
        places.used.add(items)
        _add_items(places, at(data, items), items)
    if not places.responses:
        _part_answer(places)
    return places


def at(data: Data, key: str) -> Any:
    """The value of a key, or of a path of keys with dots between them; None where there is none."""
    if key in data:
        return data[key]
    value: Any = data
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def metadata_of(data: Data, places: Places, mapping: Mapping[str, str]) -> dict[str, Any]:
    renamed = named(mapping, "metadata")
    used = {*places.used, *renamed.values(), *(mapping.get(name, name) for name in ("system", "reference"))}
    used |= {mapping["tags"]} if "tags" in mapping else set()
    kept = {name: value for name, value in data.items() if name not in used and value is not None}
    return kept | {name: value for name, key in renamed.items() if (value := at(data, key)) is not None}


def _prompt_key(data: Data, mapping: Mapping[str, str], taken: set[str | None]) -> str:
    if named_so := mapping.get("prompt"):
        if at(data, named_so) is None:
            raise RefusedLine(f"data: has no {named_so!r}, which is to be the prompt.")
        return named_so
    found = next((key for key in PROMPTS if key not in taken and _is_content(data.get(key))), None)
    if found is None:
        raise RefusedLine(f"data: none of {_listed(data)} is known for a prompt. Say which it is: --map prompt=KEY.")
    return found


def _answers(data: Data, mapping: Mapping[str, str]) -> list[str]:
    """The data keys of the answers that are not in a list, the left one first."""
    if given := numbered(mapping, "response"):
        return list(given.values())
    groups: dict[str, dict[tuple[int, str], str]] = {}
    for key in data:
        found = NUMBERED.fullmatch(key.lower())
        if found and found[1] in STEMS_OF_PAIRS and _is_content(data[key]):
            groups.setdefault(found[1], {})[len(found[2]), found[2]] = key
    for stem in STEMS_OF_PAIRS:
        if stem in groups:
            return [key for _, key in sorted(groups[stem].items())]
    singles = [stem for stem in STEMS[:-1] if _is_content(data.get(stem))]
    if not singles and _is_content(data.get("text")) and any(_is_content(data.get(key)) for key in PROMPTS[:-1]):
        return ["text"]
    return singles[:1]


def _items_key(data: Data, mapping: Mapping[str, str]) -> str | None:
    if "items" in mapping:
        return mapping["items"]
    return next((key for key in LISTS if _is_list_of_items(data.get(key))), None)


def _is_list_of_items(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "id" in item for item in value)


def _is_content(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(turn, dict) and "role" in turn for turn in value)
    return isinstance(value, str)


def _content(data: Data, key: str) -> str | Messages:
    value = at(data, key)
    if isinstance(value, list):
        return conversation(value, f"data.{key}")
    if not isinstance(value, str):
        raise RefusedLine(f"data.{key}: expected text or a list of messages.")
    return value


def _model(data: Data, key: str, mapped: str | None, places: Places) -> Any:
    """The model that wrote the answer, where the data name it beside the answer."""
    column = mapped or f"{key}_model"
    value = at(data, column)
    if value is not None:
        places.used.add(column)
        if not isinstance(value, str) or not value:
            raise RefusedLine(f"data.{column}: expected the name of a model.")
    return value


def _add_items(places: Places, items: Any, key: str) -> None:
    if not _is_list_of_items(items):
        raise RefusedLine(f"data.{key}: expected a list of objects, each with an id and a body.")
    for number, item in enumerate(items, start=1):
        content = next((item[name] for name in CONTENTS if isinstance(item.get(name), str)), None)
        if content is None:
            raise RefusedLine(f"data.{key}[{number - 1}]: has no text; expected one of {', '.join(CONTENTS)}.")
        known_as, id_ = str(item["id"]), f"{key} {number}"
        if known_as in places.items:
            raise RefusedLine(f"data.{key}[{number - 1}].id: {known_as[:60]!r} is used twice.")
        places.items[known_as] = id_
        rest = {name: value for name, value in item.items() if value != content and name not in ("id", "model")}
        model = item["model"] if isinstance(item.get("model"), str) and item["model"] else None
        places.responses.append({"id": id_, "content": content, "model": model, "metadata": rest})


def _part_answer(places: Places) -> None:
    """A conversation that ends with an answer, where no other answer is there: that one was judged."""
    turns = places.prompt
    if isinstance(turns, list) and len(turns) > 1 and turns[-1]["role"] == "assistant":
        places.prompt = turns[:-1]
        places.ids["response"] = "response"
        content = plain_text(turns[-1:], "assistant")
        places.responses.append({"id": "response", "content": turns[-1:] if content is None else content})


def _listed(data: Data) -> str:
    most, longest = 12, 40
    names = [repr(name if len(name) <= longest else f"{name[:longest]}…") for name in list(data)[:most]]
    return ", ".join(names or ["(nothing)"]) + (", …" if len(data) > most else "")
