"""The clock's pulse: a file that it touches whenever the broker has taken a message from it.

`python -m config.pulse` ends with 0 where the clock rang lately, for health checks.
"""

import sys
import time
from pathlib import Path
from typing import Any

from celery.signals import after_task_publish, beat_init

# The sweep is rung four times a lease.
LEASES_OF_SILENCE = 2


def file() -> Path:
    from django.conf import settings

    home: Path = settings.HOME
    return home / "beat.pulse"


def touch(**_: Any) -> None:
    file().touch(mode=0o600)


@beat_init.connect  # type: ignore[untyped-decorator]
def begin(**_: Any) -> None:
    """Only the clock has a pulse; workers and the web server ring as well."""
    after_task_publish.connect(touch)


def complaint() -> str:
    """Empty where the clock rang lately."""
    from django.conf import settings

    longest = LEASES_OF_SILENCE * settings.LEASE_SECONDS
    try:
        silent = time.time() - file().stat().st_mtime
    except FileNotFoundError:
        return "The clock has not rung yet."
    return f"The clock has not rung for {silent:.0f} s." if silent > longest else ""


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(complaint() or 0)
