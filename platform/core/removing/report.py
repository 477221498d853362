"""What a removal has touched, added up in the transactions that touch it, so that a repeat adds nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import audit
from core.models import Removal


@transaction.atomic
def touched(removal: Removal, counts: Mapping[str, int]) -> None:
    """Add these counts by name. Belongs last in the transaction that did it: the row stays locked until its end."""
    if any(counts.values()):
        report = _locked(removal).report
        known = report.setdefault("counts", {})
        for name, count in counts.items():
            known[name] = known.get(name, 0) + count
        Removal.objects.filter(pk=removal.pk).update(report=report)


@transaction.atomic
def listed(removal: Removal, name: str, entry: Mapping[str, Any]) -> None:
    """Add an entry to a list of the report, in place of one of the same `id`."""
    report = _locked(removal).report
    others = [each for each in report.get(name, []) if each["id"] != entry["id"]]
    report[name] = [*others, dict(entry)]
    Removal.objects.filter(pk=removal.pk).update(report=report)


@transaction.atomic
def worked(removal: Removal, targets: int) -> None:
    """That many more targets are through; with the last of them the removal is finished."""
    row = _locked(removal)
    done = row.report["done"] = row.report.get("done", 0) + targets
    if done >= len(row.targets) and row.finished is None:
        row.finished = timezone.now()
        said = {"subject": row.subject, "mode": row.mode, "targets": len(row.targets)}
        audit.record("removal.done", project=row.project, actor=row.created_by, target=str(row.public), **said)
    row.save(update_fields=["report", "finished"])


def sum_of(answers: Iterable[tuple[Any, Any]]) -> dict[str, int]:
    """What the receivers of a signal have counted."""
    total: dict[str, int] = {}
    for _, counts in answers:
        for name, count in (counts or {}).items():
            total[name] = total.get(name, 0) + count
    return total


def _locked(removal: Removal) -> Removal:
    return Removal.objects.select_for_update(of=("self",)).get(pk=removal.pk)
