"""A density ratio that means something: a rule that was trained into the strong model is read back from the ratio."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from core.models import Project, RunState, Score
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from synth.asking import measure
from synth.backends.protocol import Likelihood, TokenRequest
from synth.backends.tokens import encode, tokenizer_of
from synth.models import Trace
from synth.targets import endpoint_named, target_of
from tests.synth.scorers.planted import Pair, pairs, rule
from tests.synth.scripted import EndpointFactory

pytestmark = pytest.mark.django_db
HELD_OUT = pairs(500, seed=9)
Parts = dict[str, Any]


def line(topic: str, texts: list[str]) -> dict[str, Any]:
    return {"prompt": topic, "responses": [{"id": f"r{at}", "content": text} for at, text in enumerate(texts)]}


@pytest.fixture
def project(load: Callable[..., Any], planted_models: tuple[Path, Path]) -> Project:
    """All answers of the held-out pairs, and the endpoints of both models."""
    project = create_project("p")
    by_topic: dict[str, list[str]] = {}
    for pair in HELD_OUT:
        by_topic.setdefault(pair.topic, []).extend((pair.better, pair.worse))
    load(project, *(line(topic, sorted(set(texts))) for topic, texts in by_topic.items()))
    for name, folder in zip(("weak", "strong"), planted_models, strict=True):
        EndpointFactory(name=name, kind="transformers", address="", model=str(folder), revision="@latest")
    return project


def scored(project: Project, **settings: Any) -> dict[tuple[str, str], Score]:
    """By topic and text, the scores that a run of the step makes."""
    run = run_here(start_run(project, "density", {"strong": "strong", "weak": "weak", **settings}))
    assert run.state == RunState.DONE, run.error or run.stages.get().error
    scores = Score.objects.filter(scorer=run.stages.get().config["scorer"]).select_related("response__prompt")
    return {(score.response.prompt.messages[0]["content"], score.response.content): score for score in scores}


def ordered(scores: dict[tuple[str, str], Score], value: Callable[[Score], float]) -> float:
    """The share of held-out pairs whose better answer has the higher value."""

    def right(pair: Pair) -> bool:
        return value(scores[pair.topic, pair.better]) > value(scores[pair.topic, pair.worse])

    return sum(map(right, HELD_OUT)) / len(HELD_OUT)


def test_the_ratio_orders_what_neither_model_orders_alone(project):
    scores = scored(project)
    shares = {
        "sum": ordered(scores, lambda score: score.value),
        "per_token": ordered(
            scores, lambda s: s.parts["sum_strong"] / s.parts["n_strong"] - s.parts["sum_weak"] / s.parts["n_weak"]
        ),
        "strong": ordered(scores, lambda score: score.parts["sum_strong"]),
        "weak": ordered(scores, lambda score: score.parts["sum_weak"]),
    }
    assert shares["sum"] >= 0.85
    assert shares["per_token"] >= 0.80
    assert shares["strong"] <= 0.70
    assert shares["weak"] <= 0.55
    assert not any(score.parts["approximate"] for score in scores.values())


def test_two_equal_models_give_exactly_nothing(project, planted_models, tmp_path):
    copied = shutil.copytree(planted_models[1], tmp_path / "copy")
    EndpointFactory(name="copy", kind="transformers", address="", model=str(copied))
    assert {score.value for score in scored(project, weak="copy").values()} == {0.0}


def test_the_words_of_the_rule_are_where_the_ratio_is(project):
    """Read back from the traces: a piece is a word, and kind words stand above curt ones."""
    scored(project, traces=True)
    found: dict[int, list[float]] = {-1: [], 0: [], 1: []}
    for trace in Trace.objects.select_related("score__response"):
        text, start = trace.score.response.content, 0
        for end, ratio in zip(trace.ends, trace.ratios, strict=True):
            found[rule(text[start:end])].append(ratio)
            start = end
    means = {words: sum(ratios) / len(ratios) for words, ratios in found.items()}
    assert means[1] > 0.2 > -0.2 > means[-1]
    assert means[1] > means[0] > means[-1]


def test_a_start_that_is_one_token_off_changes_the_sums(project):
    scores = scored(project)
    target = target_of(endpoint_named(project, "strong"))
    pair = HELD_OUT[0]
    messages = [{"role": "user", "content": pair.topic}]
    encoded = encode(tokenizer_of(target), messages, [pair.better, pair.worse])
    right, late = list(encoded.requests), [_shifted(each) for each in encoded.requests]
    found = [each for each in asyncio.run(measure(project, target, [*right, *late])) if isinstance(each, Likelihood)]
    sums = [sum(each.logprobs) for each in found]
    kept = [scores[pair.topic, text].parts["sum_strong"] for text in (pair.better, pair.worse)]
    assert sums[:2] == pytest.approx(kept, abs=1e-4)
    assert all(abs(one - other) > 0.1 for one, other in zip(sums[:2], sums[2:], strict=True))


def _shifted(request: TokenRequest) -> TokenRequest:
    return TokenRequest((*request.prompt, request.response[0]), request.response[1:])
