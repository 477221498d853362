"""The database's clock, which all machines share, and times as a project's people read them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.bulk import fetch
from core.models import Project


def now() -> datetime:
    ((moment,),) = fetch("SELECT clock_timestamp()", [])
    assert isinstance(moment, datetime)
    return moment


def told_time(moment: datetime, project: Project) -> str:
    """In the project's time zone: 25 November 2026, 02:00."""
    local = moment.astimezone(ZoneInfo(project.time_zone))
    return f"{local.day} {local:%B %Y, %H:%M}"
