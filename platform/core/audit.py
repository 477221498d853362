"""Record who did what."""

from typing import Any

from core.models import AuditEvent, Project, User


def record(verb: str, *, project: Project | None, actor: User | None, target: str = "", **detail: Any) -> None:
    AuditEvent.objects.create(verb=verb, project=project, actor=actor, target=target, detail=detail)
