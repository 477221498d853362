"""The step `generate`: every endpoint answers every prompt, each sample once, and what decided it stands beside it."""

from decimal import Decimal

import pytest

from core.errors import PrefereeError
from core.ids import content_key, response_key
from core.models import Failure, Project, Prompt, Response, StaleFacts
from core.projects import create_project
from core.runs.steps import PermanentError, TransientError
from synth.backends.protocol import Reply, Request
from synth.generate.sampling import Generate
from synth.models import Endpoint, Sample, Sampler
from tests.synth.scripted import Scripted, script

pytestmark = pytest.mark.django_db
SKY, WHO = "Why is the sky blue?", "Who wrote it?"
STRONG = ("strong",)


def said(request: Request) -> str:
    """Another text each sample."""
    return f"{request.messages[-1]['content']} Answer {request.sample}."


def prompt_of(text: str) -> Prompt:
    return Prompt.objects.get(messages__0__content=text)


def answers(text: str = SKY, **fields) -> list[str]:
    return sorted(Response.objects.filter(prompt=prompt_of(text), **fields).values_list("content", flat=True))


def test_every_endpoint_answers_every_prompt_as_often_as_asked(run, monkeypatch):
    script(monkeypatch, said)
    stage = run("generate", endpoints=["strong", "weak"], samples=3).stages.get()
    assert (stage.done, stage.total) == (2, 2)
    assert answers(SKY, author="tiny@1") == answers(SKY, author="tinier@2") == [f"{SKY} Answer {n}." for n in (1, 2, 3)]
    assert Response.objects.count() == Sample.objects.count() == 12


def test_a_response_is_a_models_and_its_keys_are_those_of_an_imported_one(run, load, project, monkeypatch):
    script(monkeypatch, said)
    run("generate", endpoints=STRONG, samples=1)
    response = Response.objects.get(prompt=prompt_of(SKY))
    assert (response.author_kind, response.author, response.project) == ("model", "tiny@1", project)
    assert bytes(response.content_key) == content_key(response.content, None)
    assert bytes(response.key) == response_key("model", "tiny@1", bytes(response.content_key))
    line = {"prompt": SKY, "responses": [{"id": "a", "content": response.content, "model": "tiny@1"}]}
    assert load(project, line).responses == 0


def test_everything_that_decided_it_stands_in_its_parameters_and_no_address(run, monkeypatch):
    scripted = script(monkeypatch, said)
    run("generate", endpoints=STRONG, samples=2, temperature=0.7, top_p=0.9, max_tokens=50, seed=7, stop=["\n\n"])
    request = next(each for each in scripted.asked if each.sample == 2 and each.messages[-1]["content"] == SKY)
    kept = Response.objects.get(content=f"{SKY} Answer 2.").parameters
    assert kept == {
        "step": "generate",
        "endpoint": "strong",
        "model": "tiny",
        "revision": "1",
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": 50,
        "stop": ["\n\n"],
        "seed": 7,
        "system": None,
        "contexts": True,
        "sample": 2,
        "sample_seed": request.sampling.seed,
    }
    chosen = request.sampling
    assert (chosen.temperature, chosen.top_p, chosen.max_tokens, chosen.stop) == (0.7, 0.9, 50, ("\n\n",))


def test_seeds_differ_between_samples_prompts_and_endpoints_and_replay_in_another_project(run, load, monkeypatch):
    scripted = script(monkeypatch, said)
    run("generate", endpoints=["strong", "weak"], samples=2)
    seeds = seeds_of(scripted)
    assert len({seed for *_, seed in seeds}) == 8
    assert all(0 <= seed < 2**31 for *_, seed in seeds)
    other = create_project("other")
    load(other, {"prompt": SKY})
    scripted.asked.clear()
    run("generate", other, endpoints=STRONG, samples=2)
    assert len(seeds_of(scripted)) == 2
    assert seeds_of(scripted) < seeds


def seeds_of(scripted: Scripted) -> set[tuple[str, int, int | None]]:
    return {(each.messages[-1]["content"], each.sample, each.sampling.seed) for each in scripted.asked}


def test_two_samples_of_one_text_are_one_response_and_nothing_is_asked_again(run, monkeypatch):
    scripted = script(monkeypatch, lambda request: "Rayleigh scattering.")
    run("generate", endpoints=STRONG, samples=3)
    assert (Response.objects.count(), Sample.objects.count()) == (2, 6)
    assert Response.objects.first().parameters["sample"] == 1
    assert run("generate", endpoints=STRONG, samples=3).stages.get().total == 0
    assert len(scripted.asked) == 6


def test_more_samples_are_added_to_those_that_are_there(run, monkeypatch):
    scripted = script(monkeypatch, said)
    run("generate", endpoints=STRONG, samples=2)
    scripted.asked.clear()
    run("generate", endpoints=STRONG, samples=5)
    assert sorted(each.sample for each in scripted.asked) == [3, 3, 4, 4, 5, 5]
    assert answers() == [f"{SKY} Answer {n}." for n in range(1, 6)]


@pytest.mark.parametrize("change", [{"temperature": 0.1}, {"seed": 1}, {"max_tokens": 9}, {"systems": ["Rhyme."]}])
def test_another_setting_asks_anew(run, monkeypatch, change):
    scripted = script(monkeypatch, said)
    run("generate", endpoints=STRONG, samples=1)
    run("generate", endpoints=STRONG, samples=1, **change)
    assert len(scripted.asked) == 4
    assert (Sampler.objects.count(), Sample.objects.count()) == (2, 4)


def test_another_revision_asks_anew_and_another_name_or_price_does_not(run, monkeypatch):
    scripted = script(monkeypatch, said)
    run("generate", endpoints=STRONG, samples=1)
    Endpoint.objects.filter(name="strong").update(name="renamed", price_in=3, concurrency=2)
    assert run("generate", endpoints=["renamed"], samples=1).stages.get().total == 0
    Endpoint.objects.filter(name="renamed").update(revision="2")
    run("generate", endpoints=["renamed"], samples=1)
    assert len(scripted.asked) == 4


def test_the_prompts_own_system_text_and_contexts_are_shown(run, monkeypatch):
    scripted = script(monkeypatch, said)
    run("generate", endpoints=STRONG, samples=1)
    by_text = {each.messages[-1]["content"]: each.messages for each in scripted.asked}
    assert by_text[SKY] == ({"role": "user", "content": SKY},)
    system, turn = by_text[WHO]
    assert turn == {"role": "user", "content": WHO}
    assert system["role"] == "system"
    assert system["content"].startswith("Be brief.\n\n")
    assert system["content"].endswith("[1] Note\nAnn wrote it.")


@pytest.mark.parametrize(
    ("place", "expected"),
    [("instead", ["Rhyme.", "Shout."]), ("before", ["Rhyme.\n\nBe brief.", "Shout.\n\nBe brief."])],
)
def test_each_system_prompt_stands_instead_of_the_prompts_own_or_before_it(run, monkeypatch, place, expected):
    scripted = script(monkeypatch, lambda request: f"Under {request.messages[0]['content']}")
    run("generate", endpoints=STRONG, samples=1, systems=["Rhyme.", "Shout."], systems_are=place, contexts=False)
    told = [each.messages[0]["content"] for each in scripted.asked if each.messages[-1]["content"] == WHO]
    assert sorted(told) == expected
    kept = {each.parameters["system"] for each in Response.objects.filter(prompt=prompt_of(WHO))}
    assert kept == {"Rhyme.", "Shout."}


def test_a_truncated_answer_is_flagged_and_an_empty_one_is_kept(run, monkeypatch):
    replies = {SKY: Reply("The sky is", finish_reason="length"), WHO: Reply("", finish_reason="content_filter")}
    script(monkeypatch, lambda request: replies[request.messages[-1]["content"]])
    run("generate", endpoints=STRONG, samples=1)
    cut, empty = (Response.objects.get(prompt=prompt_of(text)) for text in (SKY, WHO))
    assert (cut.content, cut.finish_reason, cut.metadata) == ("The sky is", "length", {"truncated": True})
    assert (empty.content, empty.finish_reason, empty.metadata) == ("", "content_filter", {})


def test_tokens_and_cost_are_the_stages(run, monkeypatch):
    script(monkeypatch, lambda request: Reply(said(request), tokens_in=10, tokens_out=5, cost=Decimal("0.25")))
    stage = run("generate", endpoints=STRONG, samples=2).stages.get()
    assert (stage.tokens, float(stage.cost)) == (60, 1.0)


def test_what_fails_for_one_endpoint_alone_leaves_the_others_answers(run, monkeypatch):
    def answer(request: Request) -> Reply | PrefereeError:
        too_long = request.messages[-1]["content"] == SKY and request.sample == 2
        return PrefereeError("It is too long.") if too_long else Reply(said(request))

    script(monkeypatch, answer)
    stage = run("generate", endpoints=STRONG, samples=2).stages.get()
    assert (answers(SKY), len(answers(WHO)), stage.done) == ([f"{SKY} Answer 1."], 2, 2)
    assert "1 of 2 answers failed: It is too long." in stage.note
    script(monkeypatch, said)
    assert run("generate", endpoints=STRONG, samples=2).stages.get().total == 1
    assert len(answers(SKY)) == 2


def test_a_prompt_that_nobody_can_answer_fails_alone(run, project, monkeypatch):
    def answer(request: Request) -> Reply | PrefereeError:
        is_sky = request.messages[-1]["content"] == SKY
        return PrefereeError("It is too long.") if is_sky else Reply(said(request))

    script(monkeypatch, answer)
    with pytest.raises(PrefereeError, match="1 of 2 inputs"):
        run("generate", endpoints=STRONG, samples=2)
    failure = Failure.objects.get()
    assert (failure.input, failure.error) == (prompt_of(SKY).pk, "It is too long.")
    assert len(answers(WHO)) == 2


def test_a_permanent_error_stops_the_stage_with_its_sentence(run, monkeypatch):
    script(monkeypatch, lambda request: PermanentError("strong refuses the key."))
    with pytest.raises(PrefereeError, match="strong refuses the key"):
        run("generate", endpoints=STRONG, samples=1)
    assert not Response.objects.exists()


def test_a_timeout_is_tried_again(run, monkeypatch):
    times = iter(range(100))

    def answer(request: Request) -> Reply | TransientError:
        return TransientError("It timed out.", retry_after=0) if next(times) == 0 else Reply(said(request))

    script(monkeypatch, answer)
    run("generate", endpoints=STRONG, samples=2)
    assert Sample.objects.count() == 4
    assert not Failure.objects.exists()


def test_what_was_paid_before_a_prompt_is_tried_again_counts_once(run, monkeypatch):
    failing = [TransientError("It timed out.", retry_after=0)]

    def answer(request: Request) -> Reply | TransientError:
        if request.sample == 2 and failing:
            return failing.pop()
        return Reply(said(request), tokens_in=10, tokens_out=5, cost=Decimal("0.25"))

    scripted = script(monkeypatch, answer)
    stage = run("generate", endpoints=STRONG, samples=2).stages.get()
    assert (len(scripted.asked), stage.tokens, float(stage.cost)) == (5, 60, 1.0)


def test_withdrawn_and_erased_prompts_are_not_answered(run, monkeypatch):
    scripted = script(monkeypatch, said)
    Prompt.objects.filter(pk=prompt_of(SKY).pk).update(withdrawn="2026-01-01T00:00Z")
    run("generate", endpoints=STRONG, samples=1)
    assert [each.messages[-1]["content"] for each in scripted.asked] == [WHO]


def test_what_was_erased_while_the_model_wrote_gets_no_answer(run, monkeypatch):
    sky = prompt_of(SKY).pk

    script(monkeypatch, said)
    original = Generate.save

    def save(self, context, outputs):
        Prompt.objects.filter(pk=sky).update(erased="2026-01-01T00:00Z", withdrawn="2026-01-01T00:00Z")
        return original(self, context, outputs)

    monkeypatch.setattr(Generate, "save", save)
    run("generate", endpoints=STRONG, samples=1)
    assert not Response.objects.filter(prompt=sky).exists()
    assert Response.objects.count() == 1


def test_only_prompts_with_the_tag_are_answered(run, monkeypatch):
    scripted = script(monkeypatch, said)
    Prompt.objects.filter(pk=prompt_of(SKY).pk).update(tags=["hard"])
    run("generate", endpoints=STRONG, samples=1, tags=["hard"])
    assert [each.messages[-1]["content"] for each in scripted.asked] == [SKY]
    with pytest.raises(PrefereeError, match="p has no prompt tagged soft to answer"):
        run("generate", endpoints=STRONG, samples=1, tags=["soft"])


def test_the_facts_of_answered_prompts_are_marked(run, monkeypatch):
    script(monkeypatch, said)
    StaleFacts.objects.all().delete()
    run("generate", endpoints=STRONG, samples=1)
    marked = {pk for row in StaleFacts.objects.all() for pk in row.prompts}
    assert marked == set(Prompt.objects.values_list("pk", flat=True))


def test_a_text_that_stays_inside_goes_to_no_endpoint_outside(run, project, monkeypatch):
    scripted = script(monkeypatch, said)
    Project.objects.filter(pk=project.pk).update(text_stays_inside=True)
    project.refresh_from_db()
    Endpoint.objects.filter(name="weak").update(external=True)
    with pytest.raises(PrefereeError, match="the text of p stays inside"):
        run("generate", endpoints=["strong", "weak"], samples=1)
    run("generate", endpoints=STRONG, samples=1)
    assert len(scripted.asked) == 2


def test_an_endpoint_that_does_not_exist_is_a_sentence(run):
    with pytest.raises(PrefereeError, match="There is no endpoint “missing” that p may use"):
        run("generate", endpoints=["missing"])


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"temperature": 0, "samples": 2}, "all samples are the same"),
        ({"endpoints": ["strong", "strong"]}, "stands there twice"),
        ({"endpoints": []}, "at least 1"),
    ],
)
def test_settings_that_do_not_go_together_are_a_sentence(run, config, sentence):
    with pytest.raises(PrefereeError, match=sentence):
        run("generate", **{"endpoints": STRONG, **config})


def test_the_run_keeps_to_the_model_that_it_began_with(run, monkeypatch):
    script(monkeypatch, said)
    config = run("generate", endpoints=STRONG, samples=1).stages.get().config
    assert config["pinned"]["strong"]["revision"] == "1"


def test_the_plan_counts_answers_tokens_and_the_most_that_they_cost(run, project, monkeypatch):
    script(monkeypatch, said)
    Endpoint.objects.filter(name="strong").update(price_out=1_000)
    step = Generate()
    config = step.Config(endpoints=STRONG, samples=2, max_tokens=10)
    plan = step.plan(project, config)
    assert (plan["prompts"], plan["answers to ask for"], plan["there already"]) == (2, 4, 0)
    assert (plan["tokens written, at most"], plan["cost, at most"]) == (40, 0.04)
    assert plan["tokens sent"] > 0
    assert not Sampler.objects.exists()
    run("generate", endpoints=STRONG, samples=2, max_tokens=10)
    plan = step.plan(project, config)
    assert (plan["answers to ask for"], plan["there already"], plan["cost, at most"]) == (0, 4, 0)


def test_the_plan_takes_the_newest_revision_that_has_answered_for_latest(run, project, monkeypatch):
    script(monkeypatch, said)
    run("generate", endpoints=STRONG, samples=2)
    Endpoint.objects.filter(name="strong").update(revision="@latest")
    plan = Generate().plan(project, Generate.Config(endpoints=STRONG, samples=2))
    assert (plan["answers to ask for"], plan["there already"]) == (0, 4)
