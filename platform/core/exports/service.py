"""Build a version of a dataset: one snapshot of the database, files written whole, a manifest, a row."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from config.version import code_version
from core import audit
from core.auditing.sealing import seal
from core.bulk import collector_paused
from core.exports import preferee, trl_dpo, trl_sft
from core.exports.conversations import Options
from core.exports.files import Folder, folder
from core.labels.service import refresh_project
from core.models import Dataset, DatasetVersion, Project, User
from core.models.dataset import MANIFEST
from core.removing.waiting import hold, refuse_while_erasing
from core.scorers import scorer_named

Reach = Callable[[int], None]
Counts = dict[str, int]


def export_dataset(
    project: Project,
    form: str,
    out: Path,
    options: Options | None = None,
    *,
    name: str = "",
    by: User | None = None,
    reach: Reach = lambda rows: None,
    still_wanted: Callable[[], None] = lambda: None,
) -> DatasetVersion:
    """Write the project's data into the folder `out` and record the version; the same data gives the same bytes.

    `still_wanted` is asked before anything is put in place, and raises where it is not.
    Raises PrefereeError where the folder cannot be written or the disk is full; the folder then holds what it held.
    """
    options, began = options or Options(), timezone.now()
    refuse_while_erasing(project, began)
    if form == "trl-sft":
        options = replace(options, best_of=scorer_named(project, options.best_of))
    else:
        refresh_project(project, options.sources)
    with folder(out) as target:
        with _snapshot(), collector_paused():
            counts = _FORMATS[form](project, options, target, reach)
        manifest = _manifest(project, form, options, counts, target)
        newest = seal()
        sealed = {"batch": newest.number, "digest": newest.digest}
        still_wanted()
        with transaction.atomic():
            hold(project)
            refuse_while_erasing(project, began)
            version = _record(project, name or form, manifest, sealed, out, by)
            target.put(MANIFEST, _text(_with_head(manifest, version)))
            target.finish()
    return version


@contextmanager
def _snapshot() -> Iterator[None]:
    """Everything is read as of one moment; cursors are planned to be read to their end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
        yield


def _trl_dpo(project: Project, options: Options, target: Folder, reach: Reach) -> Counts:
    sinks = {
        split: (target.jsonl(f"{split}.jsonl"), target.parquet(f"{split}.parquet", trl_dpo.SCHEMA))
        for split in ("train", "test")
    }
    counts: Counter[str] = Counter(rows=0, train=0, test=0, dropped_same_text=0)
    for batch in trl_dpo.rows(project, options):
        distinct = [row for row in batch if row.is_distinct]
        for split, split_sinks in sinks.items():
            kept = [row.values for row in distinct if row.split == split]
            counts[split] += len(kept)
            counts["rows"] += len(kept)
            for sink in split_sinks:
                sink.write(kept)
        counts["dropped_same_text"] += len(batch) - len(distinct)
        reach(counts["rows"])
    return dict(counts)


def _trl_sft(project: Project, options: Options, target: Folder, reach: Reach) -> Counts:
    sinks = {
        split: (target.jsonl(f"{split}.jsonl"), target.parquet(f"{split}.parquet", trl_sft.SCHEMA))
        for split in ("train", "test")
    }
    counts: Counter[str] = Counter(rows=0, train=0, test=0)
    for batch in trl_sft.rows(project, options):
        for split, split_sinks in sinks.items():
            kept = [row.values for row in batch if row.split == split]
            counts[split] += len(kept)
            counts["rows"] += len(kept)
            for sink in split_sinks:
                sink.write(kept)
        reach(counts["rows"])
    return dict(counts)


def _preferee(project: Project, options: Options, target: Folder, reach: Reach) -> Counts:
    sink = target.jsonl("data.jsonl")
    for batch in preferee.lines(project):
        sink.write(batch)  # type: ignore[arg-type]
        reach(sink.rows)
    return {"rows": sink.rows}


_FORMATS: dict[str, Callable[[Project, Options, Folder, Reach], Counts]] = {
    "trl-dpo": _trl_dpo,
    "trl-sft": _trl_sft,
    "preferee": _preferee,
}
FORMATS = tuple(_FORMATS)
# Which options tell one version from another, by format.
FILTERS = {
    "trl-dpo": ("sources", "min_margin", "test_share", "contexts"),
    "trl-sft": ("best_of", "test_share", "contexts"),
    "preferee": (),
}


def _manifest(project: Project, form: str, options: Options, counts: Counts, target: Folder) -> dict[str, Any]:
    return {
        "preferee": code_version(),
        "project": project.slug,
        "format": form,
        "filters": {name: getattr(options, name) for name in FILTERS[form]},
        "counts": counts,
        "files": [asdict(written) for written in target.seal()],
    }


def _record(
    project: Project, name: str, manifest: dict[str, Any], sealed: dict[str, Any], out: Path, by: User | None
) -> DatasetVersion:
    """The version with this manifest, or the next one. The head of the audit log is that of the first time: it moves
    on with every event, and the same data is the same version."""
    dataset, _ = Dataset.objects.get_or_create(project=project, name=name)
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    digest = sha256(_text(manifest).encode()).hexdigest()
    version = dataset.versions.filter(digest=digest).first()
    if version is None:
        last = dataset.versions.aggregate(last=Max("number"))["last"] or 0
        version = DatasetVersion.objects.create(
            dataset=dataset,
            number=last + 1,
            specification={"format": manifest["format"], **manifest["filters"]},
            manifest={**manifest, "audit": sealed},
            digest=digest,
            folder=str(out.absolute()),
            created_by=by,
        )
    else:
        DatasetVersion.objects.filter(pk=version.pk).update(folder=str(out.absolute()))
    audit.record("dataset.export", project=project, actor=by, target=f"{name} {version.number}", digest=digest)
    return version


def _with_head(manifest: dict[str, Any], version: DatasetVersion) -> dict[str, Any]:
    """As it is written beside the files; a version from before there were seals names no head."""
    return {**manifest, "audit": version.manifest.get("audit"), "version": version.number}


def _text(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
