"""The step `density` scores what can be scored, once a version, and says why of the rest."""

import math
from typing import Any

import pytest

pytest.importorskip("transformers")

from django.db import connection
from django.utils import timezone

from core.errors import PrefereeError
from core.models import Failure, Judgment, Project, Prompt, Response, Run, RunState, Score
from core.projects import create_project
from core.recipes.shelf import Text
from core.removals import ask
from core.runs.actions import run_here
from core.runs.starting import start_run
from core.runs.steps import PermanentError, TransientError
from synth.backends.protocol import Likelihood
from synth.costing import TOKENS_AROUND
from synth.models import Endpoint, Scorer, Trace
from synth.scorers.density import Density, DensityConfig
from tests.synth.backends.vocabularies import tokenizer
from tests.synth.scorers.two_models import Models, each_token, two_models

pytestmark = pytest.mark.django_db
NAMES = {"strong": "strong", "weak": "weak"}
ROUTED = NAMES | {"domains": True, "router": "router"}


def line(number: int, *texts: str, **fields: Any) -> dict[str, Any]:
    responses = [{"id": f"r{at}", "content": text} for at, text in enumerate(texts)]
    return {"prompt": f"Number {number}?", "responses": responses, **fields}


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Models:
    return two_models(monkeypatch)


@pytest.fixture
def project(load: Any) -> Project:
    """Two prompts with three responses."""
    project = create_project("p")
    load(project, line(1, "The answer is 4.", "4"), line(2, "naïve 🙂"))
    return project


def run(project: Project, **settings: Any) -> Run:
    return run_here(start_run(project, "density", {**NAMES, **settings}))


def scores(project: Project, scorer: str = "density@1") -> dict[str, Score]:
    found = Score.objects.filter(response__project=project, scorer=scorer).select_related("response")
    return {score.response.content: score for score in found}


def failures(ended: Run) -> list[str]:
    return list(Failure.objects.filter(stage__run=ended).values_list("error", flat=True))


def test_every_response_gets_the_difference_of_two_sums(project, models):
    ended = run(project)
    assert (ended.state, ended.error) == (RunState.DONE, "")
    assert len(scores(project)) == 3
    for text, score in scores(project).items():
        parts = score.parts
        assert parts["sum_strong"] == pytest.approx(-parts["n_strong"])
        assert parts["sum_weak"] == pytest.approx(-parts["n_weak"] * (1 + math.log(2)))
        assert score.value == pytest.approx(parts["sum_strong"] - parts["sum_weak"])
        assert (parts["chars"], parts["approximate"]) == (len(text), False)
    assert ended.stages.get().tokens == sum(s.parts["n_strong"] + s.parts["n_weak"] for s in scores(project).values())


def test_each_model_reads_the_prompt_by_its_own_template(project, models):
    run(project)
    (strong,) = {models.decoded("strong", each) for each in models.strong.measured[:2]}
    (weak,) = {models.decoded("weak", each) for each in models.weak.measured[:2]}
    assert "<|im_start|>user" in strong
    assert "[INST]" in weak
    assert "Number 1?" in strong
    assert "Number 1?" in weak


@pytest.mark.parametrize(
    ("normalisation", "formula"),
    [
        ("sum", lambda p: p["sum_strong"] - p["sum_weak"]),
        ("per_token", lambda p: p["sum_strong"] / p["n_strong"] - p["sum_weak"] / p["n_weak"]),
        ("per_char", lambda p: (p["sum_strong"] - p["sum_weak"]) / p["chars"]),
    ],
)
def test_the_value_is_on_the_scale_that_was_asked_for_and_the_parts_serve_all(project, models, normalisation, formula):
    run(project, normalisation=normalisation)
    for score in scores(project).values():
        assert score.value == pytest.approx(formula(score.parts))
        assert score.parts["normalisation"] == normalisation


def test_two_equal_models_give_exactly_nothing(project, models):
    run(project, weak="strong", traces=True)
    assert {score.value for score in scores(project).values()} == {0.0}
    assert {ratio for trace in Trace.objects.all() for ratio in trace.ratios} == {0.0}


def test_the_same_configuration_is_the_same_version_and_measures_only_what_is_new(project, models, load):
    run(project)
    load(project, line(3, "new"))
    before = len(models.strong.measured)
    assert run(project).stages.get().done == 1
    assert len(models.strong.measured) == before + 1
    assert [str(scorer) for scorer in Scorer.objects.all()] == ["density@1"]


def test_another_configuration_is_the_next_version(project, models):
    run(project)
    run(project, normalisation="per_char")
    Endpoint.objects.filter(name="strong").update(model="tiny-2")
    run(project)
    Endpoint.objects.filter(name="strong").update(price_in=3, concurrency=2)
    run(project)
    assert [str(scorer) for scorer in Scorer.objects.order_by("version")] == ["density@1", "density@2", "density@3"]
    assert {len(scores(project, f"density@{version}")) for version in (1, 2, 3)} == {3}


def test_a_name_that_a_file_brought_scores_by_is_not_taken(project, models, load):
    load(project, line(4, "x", scores=[{"scorer": "density@1", "response": "r0", "value": 9}]))
    run(project)
    assert Scorer.objects.get().version == 2
    assert scores(project)["x"].value == 9


def test_the_ratio_of_every_piece_is_kept_where_it_is_asked_for(project, models):
    run(project)
    assert not Trace.objects.exists()
    run(project, traces=True)
    assert len(scores(project)) == Trace.objects.count() == 3
    for text, score in scores(project).items():
        assert score.trace.ends[-1] == len(text)
        assert math.fsum(score.trace.ratios) == pytest.approx(score.value)


def test_the_end_of_the_turn_counts_where_the_response_was_not_cut_off(models, load):
    project = create_project("q")
    cut = {"id": "r1", "content": "Cut o", "finish_reason": "length"}
    load(project, {"prompt": "Q?", "responses": [{"id": "r0", "content": "Whole."}, cut]})
    run(project)
    run(project, end_of_turn=True, traces=True)
    plain, ended = scores(project), scores(project, "density@2")
    assert ended["Whole."].parts["n_strong"] == plain["Whole."].parts["n_strong"] + 1
    assert ended["Cut o"].parts["n_strong"] == plain["Cut o"].parts["n_strong"]
    assert ended["Whole."].trace.ends[-2:] == [len("Whole."), len("Whole.") + 1]
    assert ended["Cut o"].trace.ends[-1] == len("Cut o")


def test_one_response_that_is_impossible_or_too_long_fails_alone(project, models, load):
    load(project, line(3, "impossible", "too long"))
    short = each_token(-1.0)

    def likelihood(request: Any) -> Any:
        text = models.tokenizers["strong"].decode(request.response)
        if "impossible" in text:
            return Likelihood((-math.inf, *short(request).logprobs[1:]))
        return PrefereeError("It has 9,000 tokens, and strong takes 8,000.") if "long" in text else short(request)

    models.strong.likelihood = likelihood
    ended = run(project)
    assert len(scores(project)) == 3
    said = failures(ended)
    assert any("impossible to the strong model" in each for each in said)
    assert any("9,000 tokens" in each for each in said)


def test_a_conversation_that_a_template_refuses_fails_alone(project, models, load):
    asked = [{"role": "user", "content": "A"}, {"role": "user", "content": "B"}]
    load(project, {"prompt": asked, "responses": [{"id": "r0", "content": "odd"}]})
    ended = run(project)
    assert len(scores(project)) == 3
    assert "The chat template" in failures(ended)[0]


def test_what_no_response_can_be_measured_by_stops_the_stage_with_its_sentence(project, models):
    models.weak.likelihood = lambda request: PermanentError("weak refused the API key.")
    ended = run(project)
    assert "weak refused the API key" in ended.stages.get().error
    assert not scores(project)


def test_a_model_that_is_away_is_asked_again(project, models):
    tries: list[Any] = []

    def likelihood(request: Any) -> Any:
        tries.append(request)
        return TransientError("It is away.") if len(tries) == 1 else each_token(-1.0)(request)

    models.strong.likelihood = likelihood
    assert run(project).state == RunState.DONE
    assert len(scores(project)) == 3


def test_empty_withdrawn_and_erased_responses_and_conversations_are_left_out(project, models, load):
    several = [{"role": "assistant", "content": "one"}, {"role": "assistant", "content": "two"}]
    load(project, {"prompt": "Q?", "responses": [{"id": "a", "content": ""}, {"id": "b", "content": several}]})
    load(project, line(5, "gone", "erased"), line(6, "of a prompt that is gone"))
    Response.objects.filter(content="gone").update(withdrawn=timezone.now())
    Response.objects.filter(content="erased").update(erased=timezone.now())
    Prompt.objects.filter(messages__0__content="Number 6?").update(withdrawn=timezone.now())
    assert Density().plan(project, DensityConfig(**NAMES))["responses"] == 3
    assert Density().plan(project, DensityConfig(**NAMES))["empty or of several messages"] == 2
    assert run(project).stages.get().total == 3


def test_approximate_tokens_are_marked_for_all_responses_of_the_prompt(project, models, load, monkeypatch):
    monkeypatch.setattr(Density, "shard_size", 1)
    models.tokenizers["weak"] = tokenizer("unigram", "chatml")
    load(project, line(7, "The answer", "東京"))
    run(project)
    marks = {text: score.parts["approximate"] for text, score in scores(project).items()}
    assert (marks["The answer"], marks["東京"]) == (True, True)
    assert marks["4"] is False


def test_the_plan_says_how_many_calls_and_what_they_would_cost(project, models):
    Endpoint.objects.update(price_in=100_000)
    planned = Density().plan(project, DensityConfig(**NAMES))
    assert (planned["responses"], planned["calls"]) == (3, 6)
    assert planned["cost, about"] * 10 == pytest.approx(planned["tokens, about"] + 6 * TOKENS_AROUND)
    routed = Density().plan(project, DensityConfig(**ROUTED))
    assert routed["calls"] == 8
    assert routed["tokens, about"] > planned["tokens, about"]
    assert not Scorer.objects.exists()


@pytest.mark.parametrize("role", ["strong", "weak", "router"])
def test_an_endpoint_that_there_is_not_is_named_before_anything_runs(project, models, role):
    with pytest.raises(PrefereeError, match="There is no endpoint “nobody”"):
        Density().plan(project, DensityConfig(**{**ROUTED, role: "nobody"}))
    assert "There is no endpoint “nobody”" in run(project, **{**ROUTED, role: "nobody"}).error


def test_a_local_model_is_measured_by_workers_with_a_card_and_servers_by_any(project, models):
    assert run(project).stages.get().queue == "cpu"
    Endpoint.objects.filter(name="weak").update(kind="transformers")
    assert Density().queue_for(project, DensityConfig(**NAMES)) == "gpu"


def test_a_recipe_that_names_no_endpoint_reaches_nobody(project, models):
    assert list(Density().endpoints(project, DensityConfig(**{**NAMES, "weak": "nobody"}))) == []
    assert len(Density().endpoints(project, DensityConfig(**NAMES))) == 2


def test_domains_need_a_router(project, models):
    with pytest.raises(PrefereeError, match="with domains, name the endpoint of a router"):
        run(project, domains=True)


def test_text_that_stays_inside_reaches_no_external_model(project, models):
    Project.objects.update(text_stays_inside=True)
    project.refresh_from_db()
    Endpoint.objects.filter(name="router").update(external=True)
    assert run(project).state == RunState.DONE
    with pytest.raises(PrefereeError, match="stays inside"):
        run(project, **ROUTED)


def test_a_prompt_is_customised_by_what_the_router_says(project, models):
    models.router.answer = lambda request: "Safety." if "Number 1?" in request.messages[1]["content"] else "reasoning"
    run(project, **ROUTED)
    found = scores(project)
    assert found["4"].parts["domain"] == found["The answer is 4."].parts["domain"] == "safety"
    assert found["naïve 🙂"].parts["domain"] == "reasoning"
    assert {score.parts["domain_read"] for score in found.values()} == {True}
    asked = {models.decoded("weak", each) for each in models.weak.measured}
    assert any("may lead to harm" in text for text in asked)
    assert all("Good answer:" in text for text in asked)
    assert len(models.router.asked) == 2, "a prompt is routed once for all its responses"


def test_a_reply_of_the_router_that_cannot_be_read_is_chat_and_recorded_as_such(project, models):
    models.router.answer = lambda request: "I think this is about safety, or perhaps reasoning"
    run(project, **ROUTED)
    assert {(score.parts["domain"], score.parts["domain_read"]) for score in scores(project).values()} == {
        ("chat", False)
    }


def test_a_prompt_that_is_too_long_for_the_router_is_chat_too(project, models):
    models.router.answer = lambda request: PrefereeError("It is too long.")
    assert run(project, **ROUTED).state == RunState.DONE
    assert {score.parts["domain_read"] for score in scores(project).values()} == {False}


def test_a_systems_text_and_contexts_of_the_prompt_stay(models, load):
    project = create_project("q")
    context = {"title": "Menu", "text": "Soup of the day"}
    load(project, line(1, "Yes.", system="Answer like a waiter.", contexts=[context]))
    run(project)
    run(project, **ROUTED)
    for request in models.strong.measured:
        text = models.decoded("strong", request)
        assert "Answer like a waiter." in text
        assert "Menu:\nSoup of the day" in text


def test_the_traces_of_an_erased_response_are_erased_with_it(project, models):
    run(project, traces=True)
    response = Response.objects.get(content="4")
    removal = ask(project, "response", "erase", [response.pk])
    assert run_here(removal.run).state == RunState.DONE
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not Score.objects.filter(response=response).exists()
    assert Trace.objects.count() == 2


def test_batches_change_nothing(project, models, monkeypatch):
    run(project)
    monkeypatch.setattr(Density, "shard_size", 1)
    run(project, name="again")
    one, other = scores(project), scores(project, "again@1")
    assert {text: (s.value, s.parts) for text, s in one.items()} == {
        text: (s.value, s.parts) for text, s in other.items()
    }


PIPELINE = """
recipe: density-pairs
stages:
  - uses: density
    with: {strong: strong, weak: weak}
  - uses: compare
    with: {policy: best_worst, scorer: density}
  - uses: score
    with: {scorer: density}
"""


def test_one_recipe_scores_pairs_and_judges(project, models):
    run_here(start_run(project, Text("density-pairs", PIPELINE, "the recipe"), {}))
    judgment = Judgment.objects.get()
    assert judgment.judge.name == "score:density@1"
    texts = judgment.comparison.candidates.order_by("slot").values_list("response__content", flat=True)
    assert [text for _, text in sorted(zip(judgment.ranks, texts, strict=True))] == ["The answer is 4.", "4"]
