"""A project whose nightly recipe judges what is new and waits for an audit, and the nights."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.models import Project, Schedule
from core.projects import create_project
from core.runs import steps
from core.schedules.actions import Plan, create_schedule
from tests.core.runs.scripted import Scripted

NIGHTLY = "0 2 * * *"


@pytest.fixture
def project(db: None) -> Project:
    return create_project("p")


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The recipe `scripted`: prompts in, scores out; it does what the test says."""
    scripted = Scripted()
    monkeypatch.setitem(steps._steps, "scripted", scripted)
    return scripted


@pytest.fixture
def prompts(load, project) -> Callable[[int], None]:
    """Adds that many prompts with two responses, a comparison and a reference."""

    def add(count: int) -> None:
        before = project.prompts.count()
        load(project, *(_line(number) for number in range(before, before + count)))

    return add


def _line(number: int) -> dict[str, Any]:
    right, wrong = f"Number {number} is even or odd.", "Who knows?"
    responses = [{"id": "a", "content": right}, {"id": "b", "content": wrong}]
    return {"prompt": f"{number}?", "reference": right, "responses": responses, "comparisons": [["a", "b"]]}


@pytest.fixture
def scheduled(project, step) -> Callable[..., Schedule]:
    """A schedule of this project whose next time is the first night, at two."""

    def made(**said: Any) -> Schedule:
        said = {"name": "Nightly", "recipe": "scripted", "cron": NIGHTLY, **said}
        schedule = create_schedule(project, Plan(**said), by=said.pop("by", None))
        Schedule.objects.filter(pk=schedule.pk).update(next_due=night(1))
        schedule.refresh_from_db()
        return schedule

    return made


def night(number: int, zone: str = "UTC", first: str = "2031-05-01") -> datetime:
    """Two o'clock of that night."""
    local = datetime.fromisoformat(f"{first}T02:00").replace(tzinfo=ZoneInfo(zone)) + timedelta(days=number - 1)
    return local.astimezone(UTC)
