"""The page that shows the density ratio over the text of a response."""

import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from annotate.queue.reservations import take_next
from core.models import Project, Response, Role, Score
from synth.models import Trace
from tests.core.views.markup import dangers, each_payload
from tests.factories import ComparisonFactory, MembershipFactory, ProjectFactory, ResponseFactory

pytestmark = pytest.mark.django_db
TEXT = "Yes 🙂,\n  نعم."


@pytest.fixture
def project() -> Project:
    return ProjectFactory(slug="helpful")


@pytest.fixture
def response(project: Project) -> Response:
    return ResponseFactory(prompt__project=project, content=TEXT)


def measured(response: Response, scorer: str = "density@1", *, trace: bool = True, **parts: object) -> Score:
    """A ratio of three pieces and the end of the turn, +2.5, −0.3, 0.02 and −0.7 nats."""
    sums = {"sum_strong": -10.0, "n_strong": 5, "sum_weak": -11.52, "n_weak": 6, "chars": len(response.content)}
    score: Score = Score.objects.create(response=response, scorer=scorer, value=1.52, parts=sums | parts)
    if trace:
        length = len(response.content)
        Trace.objects.create(score=score, ends=[5, 7, length, length + 1], ratios=[2.5, -0.3, 0.02, -0.7])
    return score


def client_of(project: Project, role: str) -> Client:
    client = Client()
    client.force_login(MembershipFactory(project=project, role=role).user)
    return client


def address(response: Response, query: str = "") -> str:
    return f"/p/helpful/responses/{response.public}/ratio{query}"


def page(client: Client, response: Response, query: str = "", status: int = 200) -> str:
    answer = client.get(address(response, query))
    assert answer.status_code == status
    return answer.content.decode()


def words(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def shown_text(text: str) -> str:
    found = re.search(r"data-ratio\s+hx-disable>(.*?)</div>", text, re.DOTALL)
    assert found
    return html.unescape(re.sub(r"<[^>]*>", "", found[1]))


def test_the_text_stands_there_as_it_was_written_in_pieces_of_whole_characters(project, response):
    measured(response)
    text = page(client_of(project, Role.VIEWER), response)
    assert shown_text(text) == f"{TEXT} end of turn"
    assert re.findall(r'class="ratio-piece (ratio-\S+)" title="(\S+) nats" data-nats="\S+">([^<]*)<', text) == [
        ("ratio-more-3", "+2.50", "Yes 🙂"),
        ("ratio-less-1", "−0.30", ",\n"),
        ("ratio-even", "+0.02", "  نعم."),
    ]
    assert 'class="ratio-piece ratio-end ratio-less-2" title="−0.70 nats"' in text


def test_figures_are_shown_on_every_scale_with_their_numbers_of_tokens(project, response):
    measured(response, normalisation="per_token")
    text = words(page(client_of(project, Role.VIEWER), response))
    assert "Sum +1.52 nats Per token −0.0800 nats, the score Per character +0.1169 nats" in text
    assert "Strong model −10 nats over 5 tokens" in text
    assert "Weak model −11.52 nats over 6 tokens" in text


def test_every_number_stands_in_a_table_too_with_white_space_as_marks(project, response):
    measured(response)
    text = page(client_of(project, Role.VIEWER), response)
    cells = [words(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", text, re.DOTALL)]
    assert cells == ["Yes␣🙂", "+2.50", ",↵", "−0.30", "␣␣نعم.", "+0.02", "end of turn", "−0.70"]


def test_the_domain_and_what_is_approximate_are_said(project, response):
    measured(response, domain="chat", domain_read=False, exemplar="rain-boots", approximate=True)
    text = words(page(client_of(project, Role.VIEWER), response))
    assert "Domain chat because the router's reply could not be read; the example was rain-boots" in text
    assert "Tokens Approximate" in text


def test_one_of_several_scorers_is_chosen(project, response):
    measured(response, "density@1", trace=False)
    measured(response, "density@2")
    client = client_of(project, Role.VIEWER)
    assert 'data-nats="+2.50"' in page(client, response), "the one with pieces comes first"
    text = page(client, response, "?scorer=density@1")
    assert "The ratio of each token was not kept." in text
    page(client, response, "?scorer=other", status=404)


def test_without_a_ratio_there_is_a_sentence_and_for_who_manages_a_way(project, response):
    Score.objects.create(response=response, scorer="reward", value=1)
    Score.objects.create(response=response, scorer="odd", value=1, parts={"sum_strong": "x"})
    assert "No density ratio of this response has been measured." in page(client_of(project, Role.VIEWER), response)
    assert "/p/helpful/runs/start/density" in page(client_of(project, Role.OWNER), response)


def test_steps_are_shown_where_an_answer_has_several(project):
    response = ResponseFactory(prompt__project=project, content="One.\n\nTwo.")
    score = measured(response, trace=False)
    Trace.objects.create(score=score, ends=[4, 6, 10], ratios=[1.0, 0.25, -3.0])
    text = words(page(client_of(project, Role.VIEWER), response))
    assert "Rewards of its 2 steps Step Ends at character Nats 1 6 1.25 2 10 −3" in text


def test_a_very_long_text_says_how_much_of_it_is_shown(project, monkeypatch):
    monkeypatch.setattr("synth.scorers.shading.MOST_PIECES", 2)
    response = ResponseFactory(prompt__project=project, content=TEXT)
    measured(response)
    text = page(client_of(project, Role.VIEWER), response)
    assert "The first 2 of 4 pieces are shown." in words(text)
    assert text.count("data-nats") == 2


def test_who_has_its_comparison_before_them_is_told_nothing_until_they_have_judged(project):
    comparison = ComparisonFactory(project=project, texts=["A", TEXT])
    reviewer = MembershipFactory(project=project, role=Role.REVIEWER).user
    response = comparison.candidates.get(response__content=TEXT).response
    measured(response)
    client = Client()
    client.force_login(reviewer)
    assert "+2.50" in page(client, response)
    assert take_next(reviewer, project).assignment is not None
    text = page(client, response)
    assert "Its scores are shown after you have judged." in text
    assert "density@1" not in text
    assert "+2.50" not in text


def test_the_prompts_page_leads_there_where_pieces_were_kept(project, response):
    measured(response)
    measured(response, "density@2", trace=False)
    text = client_of(project, Role.VIEWER).get(f"/p/helpful/prompts/{response.prompt.public}").content.decode()
    assert f'href="{address(response)}?scorer=density%401"' in text
    assert "density%402" not in text


def test_strangers_see_nothing_and_nobody_sees_another_projects(project, response):
    measured(response)
    other = ProjectFactory(slug="other")
    page(client_of(other, Role.OWNER), response, status=404)
    answer = client_of(other, Role.OWNER).get(address(response).replace("helpful", "other"))
    assert answer.status_code == 404
    page(client_of(project, Role.ANNOTATOR), response, status=403)


def test_an_erased_response_shows_nothing(project):
    erased = ResponseFactory(prompt__project=project, content="", erased=timezone.now())
    assert "No density ratio" in page(client_of(project, Role.VIEWER), erased)


def test_more_pieces_and_scorers_cost_no_more_queries(project, response, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(project, Role.VIEWER)
    measured(response)
    page(client, response)
    with CaptureQueriesContext(connection) as few:
        page(client, response)
    for version in range(2, 9):
        measured(response, f"density@{version}")
    with django_assert_num_queries(len(few)):
        page(client, response)


@each_payload
def test_hostile_texts_and_names_do_nothing(payload: str) -> None:
    project = ProjectFactory(slug="helpful", name=payload[:200])
    response = ResponseFactory(prompt__project=project, prompt__text=payload, content=payload * 2)
    score = measured(response, payload[:200], trace=False, domain=payload, exemplar=payload, domain_read=True)
    middle = max(1, len(payload) // 2)
    Trace.objects.create(score=score, ends=[middle, 2 * len(payload)], ratios=[1.0, -1.0])
    text = page(client_of(project, Role.OWNER), response)
    assert dangers(text) == []
    assert "data-ratio" in text


def test_both_steps_can_be_started_from_their_pages(project):
    client = client_of(project, Role.OWNER)
    for step, settings in (("density", ("strong", "weak", "traces")), ("score", ("scorer", "tie_band"))):
        text = client.get(f"/p/helpful/runs/start/{step}").content.decode()
        for setting in settings:
            assert f'name="{step}.{setting}"' in text
        assert f'name="{step}.pinned"' not in text


def test_code_is_set_as_code_and_words_are_not(project):
    response = ResponseFactory(prompt__project=project, content="Use `x`:\n```\ny = 1\n```\nDone.")
    score = measured(response, trace=False)
    ends = [4, 7, 9, 13, 19, 23, len(response.content)]
    Trace.objects.create(score=score, ends=ends, ratios=[0.0] * len(ends))
    text = page(client_of(project, Role.VIEWER), response)
    pieces = re.findall(r'class="ratio-piece ratio-even( code)?" title="\S+ nats" data-nats="\S+">([^<]*)<', text)
    assert ["".join(part for code, part in pieces if bool(code) is wanted) for wanted in (True, False)] == [
        "`x````\ny = 1\n```\n",
        "Use :\nDone.",
    ]
    assert text.count('class="ratio-alone code"') == 4
