"""A project with judged prompts, and removals that are done at once."""

from collections.abc import Callable
from typing import Any

import pytest

from core.models import Project, Removal, RunState
from core.projects import create_project
from core.removals import ask
from core.runs.actions import run_here


def line(number: int, **more: Any) -> dict[str, Any]:
    """A prompt with three responses, a pair of which ann, bob and a model have judged, and whom they name."""
    said = {"responses": ["a", "b"], "preference": 2, "scale": 3, "rationale": f"A says so, {number}."}
    return {
        "prompt": f"The secret question number {number}?",
        "system": "A secret system.",
        "reference": f"The secret reference {number}.",
        "contexts": [{"text": "A secret passage."}],
        "tags": ["secret"],
        "metadata": {"source": "secret"},
        "responses": [
            {"id": "a", "content": f"The secret answer {number}.", "model": "m"},
            {"id": "b", "content": f"Another secret {number}.", "model": "n", "metadata": {"x": "secret"}},
            {"id": "c", "content": f"The secret edit {number}.", "person": "ann", "edited_from": "a"},
        ],
        "scores": [{"scorer": "length", "response": "a", "value": 1.0, "parts": {"x": "secret"}}],
        "comparisons": [["b", "c"]],
        "judgments": [
            {"judge": "ann", "kind": "human", **said, "answers": {"why": "secret", "stars": 4}},
            {"judge": "bob", "kind": "human", **said, "spans": [_span()]},
            {"judge": "gpt", "kind": "ai", **said, "raw": "secret reply"},
        ],
        **more,
    }


def _span() -> dict[str, Any]:
    return {"response": "a", "start": 0, "end": 3, "label": "wrong", "note": "secret"}


@pytest.fixture
def project(load: Callable[..., Any]) -> Project:
    project = create_project("p")
    load(project, *map(line, range(4)))
    return project


@pytest.fixture
def remove(project: Project) -> Callable[..., Removal]:
    """Asks, works on the run, and gives back what came of it."""

    def done(subject: str, mode: str, *ids: int, **said: Any) -> Removal:
        removal = ask(project, subject, mode, ids, **said)
        run = run_here(removal.run)
        assert run.state == RunState.DONE, run.error
        removal.refresh_from_db()
        assert removal.finished is not None
        return removal

    return done
