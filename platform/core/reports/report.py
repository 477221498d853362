"""The report of a project: counts, agreement, labels, and the share that an export would hold."""

from typing import Any

from core.models import Project
from core.reports.agreement import agreement
from core.reports.counts import counts, label_counts


def report(project: Project) -> dict[str, Any]:
    """See docs/report.md for every key."""
    labels = label_counts(project)
    winners, labelled = labels["winner"], labels["labels"]
    return {
        "project": project.slug,
        "counts": counts(project),
        "agreement": agreement(project),
        "labels": labels,
        "exported": {"pairs": winners, "percent_of_labels": round(100 * winners / labelled, 2) if labelled else None},
    }
