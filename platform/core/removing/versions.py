"""Versions of datasets that hold what is to be erased lose their files and keep their manifest, marked."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.bulk import array, fetch
from core.models import AuditEvent, DatasetVersion, Judge, Removal, Subject
from core.removing.holding import Wanted, holds, is_as_written
from core.removing.report import listed, touched

FORMS = ("trl-dpo", "trl-sft", "preferee")
PROMPTS = "SELECT encode(key, 'hex') FROM core_prompt WHERE id = ANY(%s) AND erased IS NULL"
RESPONSES = """
SELECT encode(p.key, 'hex'), encode(r.key, 'hex') FROM core_response r JOIN core_prompt p ON p.id = r.prompt_id
 WHERE r.id = ANY(%s) AND r.erased IS NULL
"""


def wanted_of(removal: Removal) -> Wanted:
    """By what files would show it. Before the erasure: afterwards nobody can tell."""
    ids = array(removal.targets)
    if removal.subject == Subject.PROMPT:
        return Wanted(prompts=frozenset(key for (key,) in fetch(PROMPTS, [ids])))
    if removal.subject == Subject.RESPONSE:
        keys: dict[str, set[str]] = defaultdict(set)
        for prompt, response in fetch(RESPONSES, [ids]):
            keys[prompt].add(response)
        return Wanted(responses={prompt: frozenset(responses) for prompt, responses in keys.items()})
    names = Judge.objects.filter(pk__in=removal.targets).values_list("name", flat=True)
    return Wanted(names=frozenset(names))


def search_version(removal: Removal, version: DatasetVersion, wanted: Wanted) -> None:
    """Clear the version if it holds any of it; say so where nobody can tell."""
    found = _held(version, wanted)
    if found:
        _mark(removal, version)
    elif found is None and version.unrebuildable is None:
        listed(removal, "unknown", {"id": version.pk, "version": str(version)})
    if found or _was_marked(removal, version):
        _clear(removal, version)


def _held(version: DatasetVersion, wanted: Wanted) -> bool | None:
    """None where a part of it is not there to be read, or another version was written over it."""
    form, unread = version.manifest.get("format"), set()
    by_part: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in version.manifest.get("files", []):
        by_part[file["name"].partition(".")[0]].append(file)
    for part, files in by_part.items():
        paths = (path_of(version, file) for file in files if is_as_written(path_of(version, file), file))
        path = next(paths, None) if form in FORMS else None  # the files of a part hold the same rows
        if path is None:
            unread.add(part)
        elif holds(path, str(form), wanted):
            return True
    return None if unread else False


@transaction.atomic
def _mark(removal: Removal, version: DatasetVersion) -> None:
    """Before the files go: whoever goes on after a crash finds the mark, and no file to look into."""
    DatasetVersion.objects.filter(pk=version.pk, unrebuildable=None).update(unrebuildable=timezone.now())
    downloads = AuditEvent.objects.filter(verb="dataset.download", target=str(version.public)).count()
    names = [file["name"] for file in version.manifest["files"]]
    entry = {"id": version.pk, "version": str(version), "public": str(version.public), "downloads": downloads}
    listed(removal, "versions", {**entry, "files": names})


def _was_marked(removal: Removal, version: DatasetVersion) -> bool:
    listed_before = Removal.objects.get(pk=removal.pk).report.get("versions", [])
    return any(entry["id"] == version.pk for entry in listed_before)


def _clear(removal: Removal, version: DatasetVersion) -> None:
    gone = 0
    for file in version.manifest["files"]:
        path = path_of(version, file)
        if is_as_written(path, file):
            path.unlink()
            gone += 1
    _mark_manifest(version)
    touched(removal, {"files": gone})


def _mark_manifest(version: DatasetVersion) -> None:
    """The one that lies beside the files, where it is this version's."""
    path = Path(version.folder) / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if manifest.get("version") == version.number and manifest.get("files") == version.manifest["files"]:
        manifest["unrebuildable"] = timezone.now().isoformat(timespec="seconds")
        beside = path.with_suffix(".partial")
        beside.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(path)


def path_of(version: DatasetVersion, file: dict[str, Any]) -> Path:
    return Path(version.folder) / Path(file["name"]).name
