"""A judge's page: what it is worth first, then why; two side by side; what a project requires."""

import pytest

from core.models import Role, Run, RunState
from core.runs.actions import run_here
from synth.cards.stored import card_of
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from synth.models import Card, Requirement
from tests.core.views.conftest import logged_in
from tests.factories import JudgeFactory, JudgmentFactory, MembershipFactory
from tests.synth.cards.judges import obeys_injections, saying
from tests.synth.scripted import EndpointFactory, script

pytestmark = pytest.mark.django_db
HERE = "/p/helpful/judges"


@pytest.fixture
def gold(known, closed):
    known([(f"Right {n}", f"Wrong {n} and longer") for n in range(24)])
    return closed()


def imported(project, gold, name, right):
    """A judge that came with a file and is right on so many items."""
    judge = JudgeFactory(project=project, name=name, version="7", family="llama")
    for at, item in enumerate(gold.items.select_related("comparison").order_by("comparison")):
        ranks = item.ranks if at < right else [3 - rank for rank in item.ranks]
        for order, number in (([0, 1], 0), ([1, 0], 1)):
            JudgmentFactory(comparison=item.comparison, judge=judge, ranks=ranks, order=order, order_no=number)
    return judge


def text_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_without_gold_there_is_no_accuracy_and_the_page_says_what_to_do(as_owner, project):
    html = text_of(as_owner, f"{HERE}/{JudgeFactory(project=project).public}")
    assert "No gold items, so no accuracy." in html
    assert "/p/helpful/gold/starter" in html
    assert "Uncertified: no card yet" in html


def test_accuracy_stands_first_beside_the_longest(as_owner, project, gold):
    judge = imported(project, gold, "old", 20)
    card_of(judge, gold)
    html = text_of(as_owner, f"{HERE}/{judge.public}")
    # 20 of 24: Wilson .64 to .93
    assert 'Accuracy .83 <span class="meta">(.64 to .93), n 24</span>' in html
    assert "“longest” 0.00" in html
    assert "Certified on 24 gold items" in html
    assert html.index("Accuracy .83") < html.index("Rates")
    assert html.count("<svg role=") == 1  # no probabilities, so no reliability diagram
    assert "It gives no probabilities" in html
    assert "cannot be tried on probes" in html
    assert "Its own family" in html


def test_a_card_of_an_imported_judge_is_made_at_once(as_owner, project, gold):
    judge = imported(project, gold, "old", 12)
    address = f"{HERE}/{judge.public}"
    assert as_owner.post(f"{address}/card", {"gold": str(gold.public)}).url == address
    assert Card.objects.get().judge == judge
    refused = as_owner.post(f"{address}/card", {"gold": "none"})
    assert refused.status_code == 422
    assert "no closed gold set" in refused.content.decode()


def test_a_card_of_a_model_is_a_run_whose_cost_is_shown_before(as_owner, project, gold, by, monkeypatch):
    EndpointFactory(name="local", price_in=2, price_out=4)
    judge = create_judge(project, "strict", JudgeConfiguration(endpoint="local"), by=by)
    address = f"{HERE}/{judge.public}"
    html = text_of(as_owner, address)
    assert "24 gold items and 260 trials: 568 replies, about" in html
    script(monkeypatch, saying(obeys_injections))
    started = as_owner.post(f"{address}/card", {"gold": str(gold.public)})
    run = Run.objects.get(project=project)
    assert started.url == f"/p/helpful/runs/{run.public}"
    assert "Its trials are not through." in text_of(as_owner, address)
    assert run_here(run).state == RunState.DONE
    html = text_of(as_owner, address)
    assert "Injections" in html
    assert "Plain order" in html
    assert "Compares two responses, in both orders" in html


def test_a_barred_judge_says_since_when_and_why(as_owner, project, gold):
    Requirement.objects.create(project=project, least_accuracy=0.9)
    judge = imported(project, gold, "old", 20)
    card_of(judge, gold)
    html = text_of(as_owner, f"{HERE}/{judge.public}")
    assert "Barred" in html
    assert "it is surely .90 or more" in html


def test_an_older_card_can_be_looked_at(as_owner, project, gold):
    judge = imported(project, gold, "old", 20)
    older = card_of(judge, gold)
    judge.judgments.filter(comparison=gold.items.first().comparison).update(live=False)
    card_of(judge, gold)
    assert "n 23</span>" in text_of(as_owner, f"{HERE}/{judge.public}")
    assert "n 24</span>" in text_of(as_owner, f"{HERE}/{judge.public}?card={older.public}")


def test_people_and_gold_have_no_such_page(as_owner, project):
    for kind in ("human", "gold"):
        judge = JudgeFactory(project=project, kind=kind)
        assert as_owner.get(f"{HERE}/{judge.public}").status_code == 404


def test_two_judges_stand_side_by_side_with_a_paired_test(as_owner, project, gold):
    one, other = imported(project, gold, "old", 12), imported(project, gold, "new", 22)
    for judge in (one, other):
        card_of(judge, gold)
    html = text_of(as_owner, f"{HERE}/compare?a={one.public}&b={other.public}")
    assert "On the same 24 gold items" in html
    # 10 on which only the second is right, none the other way round: 2 / 2^10
    assert ".42 <span" in html
    assert "0.0020" in html


def test_comparing_needs_two_with_cards(as_owner, project, gold):
    assert "No judge has a card yet" in text_of(as_owner, f"{HERE}/compare")
    card_of(imported(project, gold, "old", 12), gold)
    assert "Only one judge has a card" in text_of(as_owner, f"{HERE}/compare?a=x&b=y")


def test_requirements_are_set_and_bar(as_owner, project, gold):
    judge = imported(project, gold, "old", 12)
    card_of(judge, gold)
    address = f"{HERE}/requirements"
    assert "No judge is barred." in text_of(as_owner, address)
    assert as_owner.post(address, {"least_accuracy": ".8"}).url == address
    html = text_of(as_owner, address)
    assert 'value="0.8"' in html
    assert "1 of 1 judge" in html
    assert "surely .80 or more" in html
    as_owner.post(address, {})
    assert "No judge is barred." in text_of(as_owner, address)


@pytest.mark.parametrize("typed", ["2", "-1", "much", "nan"])
def test_what_is_no_share_comes_back_in_place(as_owner, project, typed):
    response = as_owner.post(f"{HERE}/requirements", {"most_flips": typed})
    assert response.status_code == 422
    assert "Write a share from 0 to 1" in response.content.decode()
    assert not Requirement.objects.exists()


def test_reviewers_look_and_make_nothing(project, gold):
    judge = imported(project, gold, "old", 20)
    reviewer = logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user)
    assert "Make card" not in text_of(reviewer, f"{HERE}/{judge.public}")
    assert reviewer.post(f"{HERE}/{judge.public}/card", {"gold": str(gold.public)}).status_code == 403
    assert reviewer.get(f"{HERE}/requirements").status_code == 403


@pytest.mark.parametrize("number", [2, 5])
def test_the_pages_ask_no_more_the_more_there_is(as_owner, project, gold, number, django_assert_max_num_queries):
    judges = [imported(project, gold, f"judge {n}", 20) for n in range(number)]
    for judge in judges:
        card_of(judge, gold)
    card_of(judges[0], gold)
    with django_assert_max_num_queries(14):
        as_owner.get(f"{HERE}/{judges[0].public}")
    with django_assert_max_num_queries(14):
        as_owner.get(f"{HERE}/compare?a={judges[0].public}&b={judges[1].public}")
    with django_assert_max_num_queries(14):
        as_owner.get(f"{HERE}/requirements")
