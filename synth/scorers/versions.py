"""The versions of a project's scorers: a configuration that was there before is the same version."""

from typing import Any

from django.db import connection
from django.db.models import Max

from core.bulk import fetch
from core.models import Project
from synth.models import Scorer

ALONE = "SELECT pg_advisory_xact_lock(hashtext('preferee scorer'), %s)"
# A file may have brought scores that say such a name already: those are somebody else's.
TAKEN = """
SELECT EXISTS (SELECT FROM core_score s JOIN core_response r ON r.id = s.response_id
                WHERE r.project_id = %s AND s.scorer = %s)
"""


def scorer_of(project: Project, name: str, kind: str, config: dict[str, Any]) -> Scorer:
    """The version of that name with exactly this configuration, or the next one. Belongs in a transaction."""
    assert connection.in_atomic_block, "the next version is taken once"
    fetch(ALONE, [project.pk])
    mine = Scorer.objects.filter(project=project, name=name)
    found = mine.filter(kind=kind, config=config).order_by("version").first()
    if found is not None:
        return found
    version = 1 + (mine.aggregate(newest=Max("version"))["newest"] or 0)
    while fetch(TAKEN, [project.pk, f"{name}@{version}"])[0][0]:
        version += 1
    return Scorer.objects.create(project=project, name=name, version=version, kind=kind, config=config)


def newest(project: Project, name: str) -> str:
    """NAME@VERSION of its newest version; empty where there is none."""
    found = Scorer.objects.filter(project=project, name=name).order_by("-version").first()
    return str(found) if found else ""
