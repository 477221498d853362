"""The queue after a database was restored on a server that counts its transactions anew.

Ties are numbers of transactions: those of the server that was backed up may be ahead of this one's, and what comes into
a line now would stand before everybody's place. `migrate`, which `serve` runs at each start, looks for that.
"""

from typing import Any

from django.db import connection, transaction
from django.db.models.signals import post_migrate

NEXT = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
FROM_ELSEWHERE = f"""
SELECT EXISTS (SELECT FROM annotate_queueitem WHERE tie >= {NEXT}) OR
       EXISTS (SELECT FROM annotate_place WHERE tie >= {NEXT})
"""


@transaction.atomic
def settle() -> bool:
    """Whether ties came from elsewhere; then all stand in the order of their comparisons, before what comes now."""
    with connection.cursor() as cursor:
        cursor.execute(FROM_ELSEWHERE)
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("UPDATE annotate_queueitem SET tie = 0")
        cursor.execute("DELETE FROM annotate_place")
    return True


def _after_migrate(sender: Any, **_: Any) -> None:
    if {"annotate_queueitem", "annotate_place"} <= set(connection.introspection.table_names()):
        settle()


def connect() -> None:
    from django.apps import apps

    post_migrate.connect(
        _after_migrate, sender=apps.get_app_config("annotate"), dispatch_uid="queue settles after a restore"
    )
