"""Runs of a scripted step in a project of prompts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from core.models import Project, Run, Stage
from core.projects import create_project
from core.runs import steps
from core.runs.starting import start_run
from tests.core.runs.paced import Paced, PacedJudge, recorded
from tests.core.runs.scripted import Scripted

FILL = """
INSERT INTO core_prompt (public, project_id, key, messages, contexts, metadata, tags, created)
SELECT gen_random_uuid(), %s, decode(md5(number::text), 'hex'), '[{"role": "user", "content": "Why?"}]', '[]', '{}',
       '{}', now() FROM generate_series(1, %s) number
"""


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    scripted = Scripted()
    monkeypatch.setitem(steps._steps, "scripted", scripted)
    return scripted


@pytest.fixture
def project() -> Project:
    return create_project("p")


@pytest.fixture
def prompts(load, project) -> Callable[[int], list[int]]:
    """Adds that many prompts with one response each to the project; returns the ids of all its prompts."""

    def add(count: int) -> list[int]:
        before = project.prompts.count()
        load(
            project,
            *(
                {"prompt": f"Number {number}?", "responses": [{"id": "r", "content": "Yes."}]}
                for number in range(before, before + count)
            ),
        )
        return list(project.prompts.order_by("pk").values_list("pk", flat=True))

    return add


@pytest.fixture
def begin(project, step) -> Callable[..., tuple[Run, Stage]]:
    """A run of the scripted step, planned but not worked on, and its stage."""

    def begun(**settings: Any) -> tuple[Run, Stage]:
        run = start_run(project, "scripted", {}, **settings)
        return run, run.stages.get()

    return begun


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever backs off does so for no time at all."""
    monkeypatch.setattr("core.runs.work.wait", lambda attempts, failed: 0)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps that real workers of the tests know are known here too."""
    for each in (Paced(), PacedJudge()):
        monkeypatch.setitem(steps._steps, each.name, each)


@pytest.fixture
def paced(known: None, transactional_db: None) -> Iterator[None]:
    """Those steps, and the tables in which they put on record what they do."""
    with recorded():
        yield


@pytest.fixture
def many_prompts(project) -> Callable[[int], list[int]]:
    """Fills the project by SQL, much quicker than an import, with prompts without responses."""

    def add(count: int) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(FILL, [project.pk, count])
        return list(project.prompts.order_by("pk").values_list("pk", flat=True))

    return add
