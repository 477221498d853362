"""A labelling configuration → the targets that a mapping would have to say."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from core.importing.interchange import RefusedFile
from core.importing.label_studio.places import PROMPTS

LONGEST = 1_000_000
HARMFUL = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
PAIR = 2

Tag = ElementTree.Element


def mapping_of(configuration: str) -> dict[str, str]:
    """Which data keys are the prompt and the answers, and what each object shows.

    Raises RefusedFile where it is not XML, or declares types or entities, of which it needs none.
    """
    tags = list(_parsed(configuration).iter())
    shown = {tag.get("name", ""): key for tag in tags if (key := _key(tag))}
    pairs = {
        tag.get("name", ""): keys
        for tag in tags
        if tag.tag == "Pairwise" and len(keys := _shown_to(tag, shown)) == PAIR
    }
    ranked = next((key for tag in tags if tag.tag == "Ranker" for key in _shown_to(tag, shown)), "")
    answers = list(dict.fromkeys(key for keys in pairs.values() for key in keys))
    mapping = {f"object.{name}": key for name, key in shown.items() if name}
    mapping |= {f"pair.{name}": ",".join(keys) for name, keys in pairs.items() if name}
    mapping |= {f"response_{number}": key for number, key in enumerate(answers[:99], start=1)}
    single = {"main": next(iter(pairs), ""), "items": ranked, "prompt": _prompt(tags, {*answers, ranked})}
    return mapping | {target: value for target, value in single.items() if value}


def _parsed(configuration: str) -> Tag:
    if len(configuration) > LONGEST:
        raise RefusedFile(f"The labelling configuration is longer than {LONGEST:,} characters.")
    if HARMFUL.search(configuration):
        raise RefusedFile("The labelling configuration declares a document type or entities. Take them out of it.")
    try:
        return ElementTree.fromstring(configuration)  # noqa: S314 (without declarations nothing expands or is fetched)
    except (ElementTree.ParseError, ValueError) as error:
        raise RefusedFile(f"The labelling configuration is not XML: {error}.") from error


def _key(tag: Tag) -> str:
    """The data key that an object shows. Controls may have a `$value` too, and are told by pointing at objects."""
    value = tag.get("value", "")
    return value[1:] if value.startswith("$") and tag.get("toName") is None else ""


def _shown_to(tag: Tag, shown: Mapping[str, str]) -> list[str]:
    names = [name.strip() for name in tag.get("toName", "").split(",")]
    return [shown[name] for name in names if name in shown]


def _prompt(tags: list[Tag], judged: set[str]) -> str:
    """The key that is known for a prompt, else the only other one that is shown; nothing where that is unclear."""
    others = dict.fromkeys(key for tag in tags if (key := _key(tag)) and key not in judged)
    known = [key for key in PROMPTS if key in others] or (list(others) if len(others) == 1 and judged - {""} else [])
    return known[0] if known else ""
