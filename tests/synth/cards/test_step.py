"""A card made by trial: each weakness of a judge is caught by its own figure, and an honest judge has none."""

from decimal import Decimal

import pytest

from core.errors import PrefereeError
from core.gold.actions import add_known, close_gold_set, next_version
from core.labels.service import refresh_labels
from core.models import Comparison, Judge, Judgment, RunState
from core.runs.actions import retry_failed, run_here
from core.runs.starting import start_run
from core.runs.steps import step_named
from synth.backends.protocol import Reply
from synth.cards.probes import IDENTICAL, INJECTIONS, PROBES
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from synth.models import Card, Trial
from tests.factories import ComparisonFactory, JudgmentFactory
from tests.synth.cards.judges import (
    honest,
    loves_colons,
    obeys_injections,
    prefers_the_first,
    prefers_the_longer,
    saying,
)
from tests.synth.scripted import EndpointFactory, script

pytestmark = pytest.mark.django_db
ITEMS = 24


@pytest.fixture
def gold(known, closed):
    """In one half the right answer is the shorter one."""
    more = " and more words"
    known([(f"Right {n}{more * (n % 2)}", f"Wrong {n}{more * (1 - n % 2)}") for n in range(ITEMS)])
    return closed()


@pytest.fixture
def judge(project, by):
    endpoint = EndpointFactory(name="local", price_in=Decimal(2), price_out=Decimal(4))
    return create_judge(project, "strict", JudgeConfiguration(endpoint=endpoint.name), by=by)


@pytest.fixture
def made(project, gold, judge, by, monkeypatch):
    def card(choose, **settings):
        script(monkeypatch, saying(choose))
        run = run_here(start_run(project, "card", {"judge": "strict", **settings}, by=by))
        assert run.state == RunState.DONE, run.error
        return Card.objects.get(run=run)

    return card


def fooled(card):
    """The figures that give a judge away."""
    figures = card.figures
    weak = [name for name in ("flips", "unreadable") if (figures[name]["low"] or 0) > 0.1]
    weak += ["first"] if (figures["first_position"]["low"] or 0) > 0.5 else []
    weak += ["longer"] if (figures["longer"]["low"] or 0) > figures["longer_in_gold"]["value"] else []
    weak += [name for name, of in figures["probes"].items() if of["low"] > 0.1]
    weak += ["injections"] if figures["injections"]["all"]["low"] > 0.1 else []
    return weak


def test_an_honest_judge_has_no_weakness(made, gold, judge):
    card = made(honest)
    assert (card.judge, card.gold_set, card.options["from"]) == (judge, gold, "trials")
    assert fooled(card) == []
    assert (card.figures["accuracy"]["value"], card.figures["accuracy"]["n"]) == (1, ITEMS)
    assert card.figures["longest"]["value"] == 0.5
    assert card.figures["injections"]["all"]["n"] == 10 * len(INJECTIONS)
    assert {of["n"] for of in card.figures["probes"].values()} == {20}


def test_a_judge_that_prefers_the_first_is_caught(made):
    card = made(prefers_the_first)
    assert fooled(card) == ["flips", "first", IDENTICAL]
    assert card.figures["accuracy"]["value"] == 0


def test_a_judge_that_prefers_the_longer_is_caught(made):
    card = made(prefers_the_longer)
    assert {"longer", "fluent non-answer"} <= set(fooled(card))
    assert card.figures["longer"]["value"] == 1
    assert card.figures["accuracy"] == card.figures["longest"]


def test_a_judge_that_obeys_injections_is_caught(made):
    card = made(obeys_injections)
    assert fooled(card) == ["injections"]
    assert card.figures["injections"]["all"]["value"] == 1


def test_a_judge_that_loves_colons_is_caught(made):
    card = made(loves_colons)
    assert fooled(card) == ["colon"]
    assert card.figures["probes"]["colon"]["value"] == 1


def test_a_judge_that_cannot_be_read_is_caught(made):
    card = made(lambda a, b: "?")
    assert fooled(card) == ["unreadable"]
    assert card.figures["accuracy"]["value"] == 0
    assert card.figures["flips"]["value"] is None


def test_trials_are_no_judgments(made):
    before = Judgment.objects.count()
    card = made(honest)
    assert Judgment.objects.count() == before
    assert Trial.objects.filter(card=card).count() == ITEMS + 20 * (len(PROBES) + 1) + 10 * len(INJECTIONS)


def test_the_plan_says_what_it_takes(project, gold, judge):
    step = step_named("card")
    figures = step.plan(project, step.Config(judge="strict", probed=5, injected=2))
    trials = ITEMS + 5 * 8 + 2 * 10
    assert (figures["gold items"], figures["probe trials"], figures["injection trials"]) == (ITEMS, 40, 20)
    assert figures["calls"] == 2 * trials
    assert figures["planned cost"] > 0


def test_cost_and_time_are_measured_and_a_repeat_pays_nothing(project, gold, judge, by, monkeypatch):
    reply = Reply("[[A]]", tokens_in=90, tokens_out=10, cost=Decimal("0.002"), seconds=1.5)
    scripted = script(monkeypatch, lambda request: reply)
    for again in (False, True):
        run = run_here(start_run(project, "card", {"judge": "strict", "probed": 0, "injected": 0}, by=by))
        figures = Card.objects.get(run=run).figures
        assert len(scripted.asked) == 2 * ITEMS
        assert figures["seconds"]["value"] == 3000
        assert figures["cost"]["value"] == (None if again else 4.0)
    assert figures["cost"]["reason"].startswith("All its replies were stored")


def test_a_gold_item_that_is_withdrawn_is_not_tried(made):
    Comparison.objects.filter(pk=Comparison.objects.order_by("pk").first().pk).update(withdrawn="2026-01-01T00:00Z")
    assert made(honest, probed=0, injected=0).figures["accuracy"]["n"] == ITEMS - 1


def test_what_failed_and_is_tried_again_is_in_the_figures(project, gold, judge, by, monkeypatch):
    def answer(request):
        return (
            PrefereeError("It is too long.")
            if "Right 3" in request.messages[-1]["content"]
            else saying(honest)(request)
        )

    script(monkeypatch, answer)
    run = run_here(start_run(project, "card", {"judge": "strict", "probed": 0, "injected": 0}, by=by))
    card = Card.objects.get(run=run)
    assert card.figures["accuracy"]["n"] == ITEMS - 1
    script(monkeypatch, saying(honest))
    retry_failed(run, by=by)
    run_here(run)
    card.refresh_from_db()
    assert card.figures["accuracy"]["n"] == ITEMS
    assert Card.objects.count() == 1


def test_a_card_needs_a_closed_gold_set(project, judge, known):
    step = step_named("card")
    with pytest.raises(PrefereeError, match="no closed gold set"):
        step.plan(project, step.Config(judge="strict"))
    with pytest.raises(PrefereeError, match="gold set “other@2”"):
        step.pin(project, step.Config(judge="strict", gold="other@2"))


def test_a_run_keeps_to_what_it_began_with(project, gold, judge):
    step = step_named("card")
    pinned = step.pin(project, step.Config(judge="strict"))
    assert (pinned.judge, pinned.gold, pinned.pinned["model"]) == ("strict@1", "main@1", "tiny")


def test_text_goes_where_the_judge_is(project, gold, judge):
    step = step_named("card")
    (destination,) = step.endpoints(project, step.Config(judge="strict"))
    assert destination.address == "http://127.0.0.1:9/v1"


def test_what_the_method_cannot_take_is_not_tried(project, gold, judge, by, monkeypatch):
    """A list of three is nothing for a pairwise judge."""
    three = ComparisonFactory(project=project, texts=["Right", "Wrong", "Worse"])
    JudgmentFactory(
        comparison=three, judge=Judge.objects.get(project=project, kind="gold"), ranks=[1, 2, 3], order=None
    )
    refresh_labels([three.pk])
    wider = next_version(gold, by=by)
    add_known(wider, ["gold"], by=by)
    close_gold_set(wider, by=by)
    assert wider.items.count() == ITEMS + 1
    script(monkeypatch, saying(honest))
    run = run_here(start_run(project, "card", {"judge": "strict", "probed": 0, "injected": 0}, by=by))
    assert run.state == RunState.DONE
    assert Card.objects.get(run=run).figures["accuracy"]["n"] == ITEMS
