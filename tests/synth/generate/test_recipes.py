"""The recipes that generate, improve, compare and judge, from prompts to labels."""

from collections.abc import Callable, Iterator

import pytest

from core.models import Comparison, Label, Response, RunState
from core.runs.actions import run_here
from core.runs.starting import start_run
from synth.backends.protocol import Request
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from tests.synth.scripted import script

pytestmark = pytest.mark.django_db
GENERATED = {"generate.endpoints": ["strong", "weak"], "generate.samples": 1, "judge.judge": "fair"}
IMPROVED = {"improve.endpoint": "strong", "improve.judge": "fair", "judge.judge": "fair"}


def model(levels: Iterator[str]) -> Callable[[Request], str]:
    """Answers by the next level, judges by the levels of two answers, and improves to the highest."""

    def said(request: Request) -> str:
        told = request.messages[-1]["content"]
        if "Write the better answer" in told:
            return "Level 9."
        if "Response A" not in told:
            return f"Level {next(levels)}."
        first, second = (int(part.partition("Level ")[2][0]) for part in told.split("Response B")[:2])
        return f"The first is of level {first}.\n[[{'A' if first > second else 'B'}]]"

    return said


def test_from_prompts_to_labels_and_on_to_better_answers(project, monkeypatch):
    create_judge(project, "fair", JudgeConfiguration(endpoint="weak"), by=None)
    script(monkeypatch, model(iter("1234")))
    assert run_here(start_run(project, "generate-and-judge", GENERATED)).state == RunState.DONE
    assert (Response.objects.count(), Comparison.objects.count(), Label.objects.count()) == (4, 2, 2)
    assert run_here(start_run(project, "improve-and-judge", IMPROVED)).state == RunState.DONE
    better = Response.objects.exclude(parent=None)
    assert (better.count(), Comparison.objects.count()) == (2, 6)
    for each in Label.objects.filter(comparison__candidates__response__in=better):
        slots = list(each.comparison.candidates.order_by("slot").values_list("response", flat=True))
        assert each.ranks[slots.index(better.get(prompt=each.comparison.prompt).pk)] == 1
