"""A project with two prompts and two endpoints, and runs of one step that go through here and now."""

from collections.abc import Callable
from typing import Any

import pytest

from core.errors import PrefereeError
from core.models import Project, Run, RunState
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from tests.synth.scripted import EndpointFactory


@pytest.fixture
def project(load) -> Project:
    """Its prompts have a system text, contexts, and neither."""
    project = create_project("p")
    load(
        project,
        {"prompt": "Why is the sky blue?"},
        {"prompt": "Who wrote it?", "system": "Be brief.", "contexts": [{"title": "Note", "text": "Ann wrote it."}]},
    )
    EndpointFactory(name="strong", model="tiny", revision="1")
    EndpointFactory(name="weak", model="tinier", revision="2")
    return project


@pytest.fixture
def run(project) -> Callable[..., Run]:
    """Runs the step to its end; raises its sentence where it does not get there."""

    def through(step: str, where: Project = project, **config: Any) -> Run:
        ended = run_here(start_run(where, step, {f"{step}.{key}": value for key, value in config.items()}))
        if ended.state != RunState.DONE:
            raise PrefereeError(ended.error or ended.stages.get().error)
        return ended

    return through
