"""What imports leave behind: refused lines, which may quote what is to be erased, and files that were uploaded."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from core.bulk import array, fetch
from core.models import Removal, Subject, Upload
from core.removing.report import listed, touched

TEXTS = {
    Subject.PROMPT: """
        SELECT m.value ->> 'content' FROM core_prompt p, jsonb_array_elements(p.messages) m WHERE p.id = ANY(%(ids)s)
        UNION SELECT reference FROM core_prompt WHERE id = ANY(%(ids)s)
        UNION SELECT content FROM core_response WHERE prompt_id = ANY(%(ids)s)""",
    Subject.RESPONSE: "SELECT content FROM core_response WHERE id = ANY(%(ids)s)",
}
# Not the system text or the passages, which many prompts share. A shorter text is in every other line; of a longer one
# a refused line may hold the beginning only.
SHORTEST, LONGEST = 16, 80


def clear_leftovers(removal: Removal) -> None:
    if texts := list(_beginnings(removal)):
        gone = sum(_without(path, texts) for path in _rejects(removal))
        touched(removal, {"refused lines": gone})
    for upload in Upload.objects.filter(project=removal.project, received__gt=0):
        listed(removal, "uploads", {"id": upload.pk, "name": upload.name})


def _rejects(removal: Removal) -> Iterable[Path]:
    return (settings.HOME / "imports" / removal.project.slug).glob("*.rejects.jsonl")


def _beginnings(removal: Removal) -> Iterator[str]:
    """As they stand in a line: plain, and in both spellings of JSON."""
    sql = TEXTS.get(Subject(removal.subject))
    for (text,) in fetch(sql, {"ids": array(removal.targets)}) if sql else ():
        if text and len(text) >= SHORTEST:
            for spelt in {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}:
                yield spelt[:LONGEST]


def _without(path: Path, texts: list[str]) -> int:
    """Write the file again without the lines that hold one of the texts; returns how many those were."""
    beside, gone, kept = path.with_suffix(".partial"), 0, 0
    with path.open(encoding="utf-8") as lines, beside.open("w", encoding="utf-8") as file:
        for line in lines:
            raw = json.loads(line)["raw"] or ""
            if any(text in raw for text in texts):
                gone += 1
            else:
                kept += 1
                file.write(line)
    if not gone:
        beside.unlink()
    elif kept:
        beside.replace(path)
    else:
        beside.unlink()
        path.unlink()
    return gone
