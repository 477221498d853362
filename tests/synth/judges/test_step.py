"""The step `judge`: a model judges every comparison that it can, once, and its version stands for one model."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core.errors import PrefereeError
from core.importing.reading import read
from core.importing.service import ingest
from core.models import AuditEvent, Comparison, Judge, Judgment, Label, Project, Response, Run, RunState, Score
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from core.runs.steps import PermanentError, TransientError
from synth.backends.protocol import Reply, Request
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from synth.judges.step import JudgeConfig, ModelJudge
from synth.models import StoredReply
from tests.synth.scripted import EndpointFactory, script

pytestmark = pytest.mark.django_db
GOOD, BAD = "The capital of France is Paris.", "It might be Lyon or Nice."


def line(number: int, *texts: str, **fields: Any) -> dict[str, Any]:
    ids = [f"r{at}" for at in range(len(texts))]
    responses = [{"id": id_, "content": text} for id_, text in zip(ids, texts, strict=True)]
    return {"prompt": f"Number {number}?", "responses": responses, "comparisons": [ids], **fields}


@pytest.fixture
def project(load) -> Project:
    """Two pairs, a list of three, and a response by itself."""
    project = create_project("p")
    load(project, line(1, GOOD, BAD), line(2, BAD, GOOD), line(3, GOOD, BAD, "xyz"), line(4, GOOD))
    return project


@pytest.fixture
def endpoint():
    return EndpointFactory(name="local", price_in=1, price_out=2)


def judge(project: Project, name: str = "fair", **fields: Any) -> Judge:
    return create_judge(project, name, JudgeConfiguration(endpoint="local", **fields), by=None)


def shown_at(request: Request, text: str) -> int:
    """Where the text stands among the responses shown."""
    return request.messages[1]["content"].find(text)


def prefers_good(request: Request) -> Reply:
    first = shown_at(request, GOOD) < shown_at(request, BAD)
    return Reply(
        f"Because.\n[[{'A' if first else 'B'}]]", tokens_in=100, tokens_out=10, cost=Decimal("0.5"), seconds=1.5
    )


def run(project: Project, **values: Any) -> Run:
    ended = run_here(start_run(project, "judge", values or {"judge": "fair"}))
    if ended.state != RunState.DONE:
        raise PrefereeError(f"{ended.error} {list(ended.stages.values_list('error', 'failures__error'))}")
    return ended


def good_wins(judgment: Judgment) -> bool:
    texts = judgment.comparison.candidates.order_by("slot").values_list("response__content", flat=True)
    return judgment.ranks[list(texts).index(GOOD)] == 1 and max(judgment.ranks) > 1


def test_both_orders_are_asked_and_turned_back_to_slots(project, endpoint, monkeypatch):
    scripted = script(monkeypatch, prefers_good)
    judge(project)
    ended = run(project)
    assert (ended.stages.get().done, len(scripted.asked), Judgment.objects.count()) == (2, 4, 4)
    assert all(good_wins(each) for each in Judgment.objects.all())
    assert sorted(Judgment.objects.values_list("order", "order_no")) == [([0, 1], 0)] * 2 + [([1, 0], 1)] * 2


def test_a_judgment_keeps_the_reply_what_it_explains_and_how_long_it_took(project, endpoint, monkeypatch):
    script(monkeypatch, prefers_good)
    made = judge(project)
    run(project)
    judgment = Judgment.objects.filter(order=[0, 1]).first()
    assert (judgment.judge, judgment.sample, judgment.wall_ms) == (made, 1, 1_500)
    assert (judgment.rationale, judgment.raw[:8]) == ("Because.", "Because.")
    assert "[[" in judgment.raw


def test_labels_tokens_and_cost_follow(project, endpoint, monkeypatch):
    script(monkeypatch, prefers_good)
    judge(project)
    stage = run(project).stages.get()
    assert (stage.tokens, stage.cost) == (440, Decimal(2))
    assert set(Label.objects.values_list("tier", "undecided")) == {("judges", False)}
    assert Label.objects.count() == 2


def test_a_judge_that_always_takes_the_first_makes_no_label(project, endpoint, monkeypatch):
    script(monkeypatch, lambda request: "[[A]]")
    judge(project)
    run(project)
    assert set(Label.objects.values_list("undecided", flat=True)) == {True}


def test_what_cannot_be_read_is_asked_again_and_then_kept_as_unreadable(project, endpoint, monkeypatch):
    scripted = script(monkeypatch, lambda request: "I cannot tell\0.")
    judge(project, reasks=2)
    run(project)
    assert len(scripted.asked) == 4 * 3
    assert sorted({(each.sample, each.sampling.seed) for each in scripted.asked}) == [(0, 0), (1, 1), (2, 2)]
    assert set(Judgment.objects.values_list("status", "ranks", "raw")) == {("unreadable", None, "I cannot tell�.")}
    assert not Label.objects.filter(undecided=False).exists()


def test_an_answer_to_the_second_asking_counts(project, endpoint, monkeypatch):
    script(monkeypatch, lambda request: prefers_good(request) if request.sample else "?")
    judge(project)
    run(project)
    assert all(good_wins(each) for each in Judgment.objects.all())


def test_the_second_run_asks_only_about_what_is_new(project, endpoint, monkeypatch, load):
    scripted = script(monkeypatch, prefers_good)
    judge(project)
    run(project)
    assert run(project).stages.get().done == 0
    load(project, line(9, GOOD, BAD))
    assert run(project).stages.get().done == 1
    assert len(scripted.asked) == 6


def test_saving_twice_is_saving_once(project, endpoint, monkeypatch):
    script(monkeypatch, prefers_good)
    judge(project)
    saved = ModelJudge.save
    monkeypatch.setattr(ModelJudge, "save", lambda *args: [saved(*args), saved(*args)][0])
    run(project)
    assert Judgment.objects.count() == 4


def test_what_is_erased_while_the_model_writes_leaves_neither_judgment_nor_reply(project, endpoint, monkeypatch):
    gone = Response.objects.filter(prompt__messages__0__content="Number 1?", content=BAD).get()
    loaded = ModelJudge.load

    def erased_then(*args: Any) -> Any:
        tasks = loaded(*args)
        Response.objects.filter(pk=gone.pk).update(erased=timezone.now(), withdrawn=timezone.now())
        Comparison.objects.filter(candidates__response=gone).update(withdrawn=timezone.now())
        return tasks

    monkeypatch.setattr(ModelJudge, "load", erased_then)
    scripted = script(monkeypatch, prefers_good)
    judge(project)
    run(project)
    assert len(scripted.asked) == 4, "both were under way"
    assert {each.comparison.withdrawn for each in Judgment.objects.select_related("comparison")} == {None}
    assert Judgment.objects.count() == StoredReply.objects.count() == 2


def test_the_plan_counts_what_the_run_does(project, endpoint, monkeypatch):
    scripted = script(monkeypatch, prefers_good)
    judge(project, samples=3, temperature=1)
    plan = ModelJudge().plan(project, JudgeConfig(judge="fair"))
    assert (plan["comparisons to judge"], plan["judged already"], plan["calls"]) == (2, 0, 12)
    assert plan["tokens"] > 12 * 250
    assert 0 < plan["planned cost"] < 1
    assert not scripted.asked
    run(project)
    assert len(scripted.asked) == 12
    after = ModelJudge().plan(project, JudgeConfig(judge="fair"))
    assert (after["comparisons to judge"], after["judged already"], after["calls"]) == (0, 2, 0)


def test_only_prompts_with_a_tag_and_only_so_many(project, endpoint, monkeypatch, load):
    script(monkeypatch, prefers_good)
    load(project, line(5, GOOD, BAD, tags=["hard"]), line(6, GOOD, BAD, tags=["hard"]))
    judge(project)
    assert run(project, judge="fair", tags=["hard"], limit=1).stages.get().done == 1
    assert run(project, judge="fair", tags=["hard"]).stages.get().done == 1
    assert run(project).stages.get().done == 2


def test_one_comparison_that_fails_fails_alone(project, endpoint, monkeypatch):
    refused = PrefereeError("It is too long.")
    script(monkeypatch, lambda request: refused if "Number 1?" in str(request.messages) else prefers_good(request))
    judge(project)
    with pytest.raises(PrefereeError, match="It is too long"):
        run(project)
    assert Judgment.objects.count() == 2


def test_a_refused_key_stops_the_stage_with_its_sentence(project, endpoint, monkeypatch):
    script(monkeypatch, lambda request: PermanentError("The server refused the key. Set PREFEREE_KEY_X."))
    judge(project)
    with pytest.raises(PrefereeError, match="refused the key"):
        run(project)
    assert not Judgment.objects.exists()


def test_a_busy_server_is_asked_again_later(project, endpoint, monkeypatch):
    tries: list[Request] = []

    def busy_once(request: Request) -> Any:
        tries.append(request)
        return TransientError("busy") if len(tries) == 1 else prefers_good(request)

    monkeypatch.setattr("core.runs.work.wait", lambda *args: 0)
    script(monkeypatch, busy_once)
    judge(project)
    run(project)
    assert Judgment.objects.count() == 4


def test_where_nothing_fits_there_is_a_sentence(load, endpoint, monkeypatch):
    script(monkeypatch)
    bare = create_project("bare")
    load(bare, line(1, GOOD))
    judge(bare)
    for attempt in (lambda: run(bare), lambda: ModelJudge().plan(bare, JudgeConfig(judge="fair"))):
        with pytest.raises(PrefereeError, match="no comparison of two responses"):
            attempt()


def test_an_unknown_judge_is_a_sentence_that_names_those_there_are(project, endpoint):
    judge(project)
    with pytest.raises(PrefereeError, match=r"no model judge “other”.*There are: fair"):
        run(project, judge="other")


def test_the_first_run_pins_the_model_and_the_version_stays(project, endpoint, monkeypatch):
    script(monkeypatch, prefers_good)
    made = judge(project)
    run(project)
    made.refresh_from_db()
    assert (made.config["pinned"]["model"], made.config["pinned"]["revision"], made.family) == ("tiny", "1", "llama")
    run(project)
    assert Judge.objects.count() == 1


def test_another_model_at_the_endpoint_begins_the_next_version(project, endpoint, monkeypatch):
    script(monkeypatch, prefers_good)
    judge(project)
    run(project)
    endpoint.revision, endpoint.family = "2", "other"
    endpoint.save()
    assert run(project).stages.get().config["judge"] == "fair@2"
    assert sorted(Judge.objects.values_list("version", "config__pinned__revision", "family")) == [
        ("1", "1", "llama"),
        ("2", "2", "other"),
    ]
    assert Judgment.objects.count() == 8
    with pytest.raises(PrefereeError, match="fair@1 judged by tiny@1, and local serves tiny@2 now"):
        run(project, judge="fair@1")
    assert AuditEvent.objects.filter(verb="judge.version").count() == 1


def test_text_that_stays_inside_goes_to_no_external_endpoint(project, monkeypatch):
    script(monkeypatch, prefers_good)
    EndpointFactory(name="local", external=True)
    judge(project)
    project.text_stays_inside = True
    project.save()
    with pytest.raises(PrefereeError, match="would send text to"):
        run(project)


@pytest.mark.parametrize(("kind", "queue"), [("openai", "cpu"), ("transformers", "gpu")])
def test_a_local_model_judges_where_the_graphics_cards_are(project, kind, queue):
    EndpointFactory(name="local", kind=kind)
    judge(project)
    assert start_run(project, "judge", {"judge": "fair"}).stages.get().queue == queue


def test_scores_are_saved_where_each_response_is_rated_by_itself(project, endpoint, monkeypatch):
    scripted = script(monkeypatch, lambda request: f"[[quality: {4 if shown_at(request, GOOD) > 0 else 2}]]")
    judge(project, method="pointwise")
    run(project)
    assert len(scripted.asked) == 7
    assert set(Score.objects.values_list("response__content", "scorer", "value")) == {
        (GOOD, "fair@1", 4.0),
        (BAD, "fair@1", 2.0),
        ("xyz", "fair@1", 2.0),
    }
    assert Judgment.objects.count() == 3
    assert all(good_wins(each) and each.order is None for each in Judgment.objects.all())


def test_no_author_is_shown(project, endpoint, monkeypatch, load):
    named = [{"id": "a", "content": GOOD, "model": "gpt-secret"}, {"id": "b", "content": BAD, "model": "other-secret"}]
    load(project, {"prompt": "Who?", "responses": named, "comparisons": [["a", "b"]]})
    scripted = script(monkeypatch, prefers_good)
    judge(project)
    run(project)
    assert not [each for each in scripted.asked if re.search("secret", str(each.messages))]


def test_what_a_judge_said_goes_out_and_comes_back_in(project, endpoint, monkeypatch, exported):
    answers = {"pairwise": prefers_good, "pointwise": lambda request: "[[quality: 4]]"}
    script(
        monkeypatch,
        lambda request: answers["pairwise" if "Response B:" in str(request.messages) else "pointwise"](request),
    )
    judge(project)
    judge(project, "rater", method="pointwise")
    run(project)
    run(project, judge="rater")
    written = exported(project)
    again = create_project("again")
    assert ingest(again, read(io.BytesIO(written)), refuse=pytest.fail).loaded.judgments == 4 + 3
    assert exported(again) == written


def best_first(request: Request) -> str:
    texts = sorted((GOOD, BAD, "xyz"), key=lambda text: shown_at(request, text))
    shown = [text for text in texts if shown_at(request, text) >= 0]
    return "[[" + " > ".join("ABC"[shown.index(text)] for text in (GOOD, BAD, "xyz") if text in shown) + "]]"


def test_a_list_that_is_ranked_in_several_orders_has_a_label(project, endpoint, monkeypatch):
    script(monkeypatch, best_first)
    judge(project, method="listwise", shuffles=3)
    assert run(project).stages.get().done == 3
    label = Label.objects.get(k=3)
    texts = label.comparison.candidates.order_by("slot").values_list("response__content", flat=True)
    assert [text for _, text in sorted(zip(label.ranks, texts, strict=True))] == [GOOD, BAD, "xyz"]
    assert Judgment.objects.filter(k=3).count() == 3


def test_a_barred_judge_still_judges(project, endpoint, monkeypatch):
    script(monkeypatch, prefers_good)
    made = judge(project)
    Judge.objects.filter(pk=made.pk).update(barred=timezone.now(), barred_because="Its card fell short.")
    run(project)
    assert Judgment.objects.count() == 4


def test_only_prompts_with_a_reference_where_the_judge_is_to_see_it(project, endpoint, monkeypatch, load):
    scripted = script(monkeypatch, prefers_good)
    load(project, line(7, GOOD, BAD, reference="Paris"))
    judge(project, reference=True)
    assert run(project).stages.get().done == 1
    assert all("Paris\n" in each.messages[1]["content"] for each in scripted.asked)


def test_what_is_withdrawn_is_not_judged(project, endpoint, monkeypatch):
    script(monkeypatch, prefers_good)
    judge(project)
    Comparison.objects.filter(prompt__messages__0__content="Number 1?").update(withdrawn=timezone.now())
    assert run(project).stages.get().done == 1
