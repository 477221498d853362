"""Record who did what, and who looked at what is not for everybody."""

import json
from typing import Any

from django.db import connection
from django.utils import timezone

from core.models import AuditEvent, Project, User

# One statement and no question before it: two looks at the same moment are one event too.
VIEWED = """
INSERT INTO core_auditevent (project_id, actor_id, verb, target, detail, at) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""


def record(verb: str, *, project: Project | None, actor: User | None, target: str = "", **detail: Any) -> None:
    """What was done, in the transaction that does it.

    `target` is a public id or a name that no person bears; nothing in `detail` may be an address or a text that
    somebody wrote, for what is erased must be gone, and this log keeps everything.
    """
    AuditEvent.objects.create(verb=verb, project=project, actor=actor, target=target, detail=detail)


def viewed(person: User, project: Project | None, what: str, target: str = "", **detail: Any) -> None:
    """`person` was shown `what` (a word like names, hours, audit) of `target`; recorded once an hour."""
    row = (
        None if project is None else project.pk,
        person.pk,
        f"view.{what}",
        target,
        json.dumps(detail),
        timezone.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute(VIEWED, row)
