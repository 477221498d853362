"""The step `density` over two real servers: the ratio is the one that transformers would compute."""

import pytest

from core.models import Failure, Response, Score
from synth.backends.tokens import encode, tokenizer_of
from synth.models import Trace
from synth.targets import pin_target
from tests.vllm.marks import REAL_SERVER
from tests.vllm.test_backend import by_transformers
from tests.vllm.tiny_models import IMPOSSIBLE

pytestmark = REAL_SERVER
TEXTS = ["A bridge holds what it was asked to hold.", "naïve 東京 🙂", "One sentence."]


@pytest.fixture
def answered(project, load):
    responses = [{"id": f"r{at}", "content": text} for at, text in enumerate(TEXTS)]
    load(project, {"prompt": "Why does a bridge hold?", "responses": responses})
    return project


def test_the_ratio_is_the_one_that_transformers_computes(answered, run):
    run("density", strong="strong", weak="weak", traces=True)
    sides = {name: summed(answered, name) for name in ("strong", "weak")}
    scores = {score.response.content: score for score in Score.objects.select_related("response")}
    assert scores.keys() == set(TEXTS)
    for at, text in enumerate(TEXTS):
        assert scores[text].value == pytest.approx(sides["strong"][at] - sides["weak"][at], abs=1e-3)
        assert abs(scores[text].value) > 0.1
    for trace in Trace.objects.select_related("score__response"):
        assert sum(trace.ratios) == pytest.approx(trace.score.value, abs=1e-3)
        assert trace.ends[-1] == len(trace.score.response.content)


def summed(project, name: str) -> list[float]:
    target = pin_target(project, name)
    encoded = encode(tokenizer_of(target), [{"role": "user", "content": "Why does a bridge hold?"}], TEXTS)
    return [sum(by_transformers(target.tokenizer, request)) for request in encoded.requests]


def test_a_model_against_itself_is_exactly_even(answered, run):
    run("density", strong="strong", weak="strong")
    assert set(Score.objects.values_list("value", flat=True)) == {0.0}


def test_what_a_model_can_never_say_has_no_score_and_a_sentence(answered, load, run):
    load(answered, {"prompt": "Who asks?", "responses": [{"id": "x", "content": f"A {IMPOSSIBLE}."}]})
    with pytest.raises(Exception, match="1 of 4"):
        run("density", strong="strong", weak="weak")
    failure = Failure.objects.get()
    assert failure.input == Response.objects.get(content__contains=IMPOSSIBLE).pk
    assert "impossible" in failure.error
    assert Score.objects.count() == 3
