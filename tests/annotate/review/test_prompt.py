"""A prompt's page: what it shows, to whom, and what it keeps back from those who have yet to judge."""

import re
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from annotate.queue.reservations import take_next
from annotate.review import prompts
from annotate.work.actions import Answer, submit_judgment
from core.labels.service import refresh_labels
from core.models import Comparison, Membership, Project, Prompt, Response, Role, Score, User
from tests.core.views.conftest import logged_in
from tests.core.views.markup import dangers, each_payload
from tests.factories import (
    ComparisonFactory,
    JudgeFactory,
    JudgmentFactory,
    MembershipFactory,
    PromptFactory,
    ResponseFactory,
)


@pytest.fixture
def prompt(project: Project) -> Prompt:
    return PromptFactory(project=project, text="Why is the sky blue?")


@pytest.fixture
def comparison(prompt: Prompt) -> Comparison:
    return ComparisonFactory(project=prompt.project, prompt=prompt)


def client_of(project: Project, role: Role) -> Client:
    return logged_in(MembershipFactory(project=project, role=role).user)


def page(client: Client, prompt: Prompt, query: str = "", **headers: str) -> str:
    response = client.get(f"/p/helpful/prompts/{prompt.public}{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def judged(comparison: Comparison, name: str, **fields: Any) -> None:
    kind = fields.pop("kind", "human")
    judge = JudgeFactory(project=comparison.project, kind=kind, name=name)
    JudgmentFactory(comparison=comparison, judge=judge, **fields)
    refresh_labels([comparison.pk])


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_it_shows_what_was_asked_with_all_that_belongs_to_it(project: Project) -> None:
    prompt = PromptFactory(
        project=project,
        messages=[{"role": "user", "content": "First **turn**"}, {"role": "assistant", "content": "Second"}],
        system="Be brief.",
        contexts=[{"title": "A passage", "text": "of text"}],
        reference="The reference.",
        metadata={"source": "forum", "depth": {"n": 2}},
        tags=["safety", "long"],
    )
    html = page(client_of(project, Role.VIEWER), prompt)
    for part in ("<strong>turn</strong>", "Second", "Be brief.", "A passage", "The reference.", "forum", "safety"):
        assert part in html
    assert "{&quot;n&quot;:2}" in html


def test_it_shows_each_response_with_what_is_known_of_it(project: Project, prompt: Prompt) -> None:
    response = ResponseFactory(prompt=prompt, author="gpt-x", content="three words here", finish_reason="length")
    Score.objects.create(response=response, scorer="reward", value=-0.25)
    ResponseFactory(prompt=prompt, author="", author_kind="unknown", withdrawn=response.created)
    ResponseFactory(prompt=prompt, content="", erased=response.created)
    text = words(page(client_of(project, Role.VIEWER), prompt))
    assert "gpt-x 3 words, finished: length , reward −0.25" in text
    assert "Author unknown" in text
    assert "Withdrawn" in text
    assert "Erased Its text was removed." in text


def test_it_says_what_a_label_is_and_why(comparison: Comparison) -> None:
    for name, ranks in (("Ann", [2, 1]), ("Bea", [2, 1]), ("Cem", [1, 2])):
        judged(comparison, name, ranks=ranks)
    judged(comparison, "judge-1", kind="ai", ranks=[1, 2])
    text = words(page(client_of(comparison.project, Role.VIEWER), comparison.prompt))
    assert "B better" in text
    assert "margin .33, A wins with probability .33, n 3: 2 preferred B, 1 preferred A; decided by people" in text
    assert "Two of three people preferred B. One model was not asked, because people had voted." in text


def test_who_may_see_names_sees_who_judged_when_in_which_order_and_why(comparison: Comparison) -> None:
    judged(comparison, "Ann", order=[1, 0], rationale="It is shorter.", active_ms=38_000, strength=3)
    html = page(client_of(comparison.project, Role.REVIEWER), comparison.prompt)
    text = words(html)
    assert "Ann A much better It is shorter. B, A 38 s just now Counts" in text
    assert 'class="of-people">Ann<' in html


def test_a_viewer_sees_kinds_and_answers_alone_and_is_told_so(comparison: Comparison) -> None:
    judged(comparison, "Ann", order=[1, 0], rationale="It is shorter.", active_ms=38_000, strength=3)
    judged(comparison, "judge-1", kind="ai", status="unreadable", ranks=None, raw="no idea")
    html = page(client_of(comparison.project, Role.VIEWER), comparison.prompt)
    text = words(html)
    assert "A person A much better Counts" in text
    assert "A model – Unreadable" in text
    assert "Who judged, when, in which order and why is shown to those who review or manage." in text
    for secret in ("Ann", "judge-1", "It is shorter.", "38 s", "no idea", "Order shown"):
        assert secret not in html


def test_why_somebody_skipped_is_theirs(comparison: Comparison) -> None:
    judged(comparison, "Ann", status="skipped", ranks=None, answers={"skip": "distressing"})
    html = page(client_of(comparison.project, Role.VIEWER), comparison.prompt)
    assert "Skipped" in html
    assert "I would rather not read this" not in html


def test_a_single_response_is_rated(project: Project, prompt: Prompt) -> None:
    comparison = ComparisonFactory(project=project, prompt=prompt, texts=["x"])
    judged(comparison, "Ann", ranks=None, order=None, ratings={"0": {"helpfulness": 4}})
    text = words(page(client_of(project, Role.REVIEWER), prompt))
    assert "A helpfulness 4" in text
    assert "A single response is rated, so it gets no label." in text


def test_an_annotator_does_not_open_it(comparison: Comparison) -> None:
    client = client_of(comparison.project, Role.ANNOTATOR)
    assert client.get(f"/p/helpful/prompts/{comparison.prompt.public}").status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "skipped", "ranks": None, "answers": {"skip": "broken"}}, "The text is broken"),
        ({"status": "flagged", "ranks": None}, "Flagged"),
        ({"status": "surplus"}, "Beside the count"),
        ({"status": "unreadable", "ranks": None, "raw": "Neither nor."}, "Neither nor."),
        ({"live": False}, "Replaced"),
        ({"occasion": "retest"}, "Retest, not counted"),
        ({"both_bad": True, "ranks": [1, 1]}, "Both bad"),
        ({"order": None, "created": None}, "not known"),
        ({"probability": 0.83}, "A wins with probability .83"),
    ],
)
def test_every_judgment_shows_in_its_state(comparison: Comparison, fields: dict[str, Any], said: str) -> None:
    judged(comparison, "Ann", **fields)
    assert said in words(page(client_of(comparison.project, Role.OWNER), comparison.prompt))


def test_what_somebody_holds_is_kept_back_until_they_have_answered(comparison: Comparison) -> None:
    """Neither the judgments nor the label nor who wrote the responses; another comparison of the prompt is shown."""
    project, prompt = comparison.project, comparison.prompt
    other = ComparisonFactory(project=project, prompt=prompt, votes_wanted=0)
    judged(comparison, "Ann", ranks=[2, 1], rationale="Secret reason")
    judged(other, "Bea", ranks=[1, 2], rationale="Open reason")
    Comparison.objects.filter(pk=comparison.pk).update(votes_wanted=2)
    rita = MembershipFactory(project=project, role=Role.REVIEWER).user
    comparison.queue_item.refresh_from_db()
    type(comparison.queue_item).objects.filter(pk=comparison.pk).update(wanted=2)
    assert take_next(rita, project).assignment.comparison_id == comparison.pk
    for query in ("", f"?open={comparison.public}"):
        html = page(logged_in(rita), prompt, query)
        assert "You have not judged this yet." in html
        assert "Secret reason" not in html
        assert "Open reason" in html or query
        for response in Response.objects.filter(candidacies__comparison=comparison):
            assert response.author not in html
        assert f"/comparisons/{comparison.public}/decide" not in html
    assert "Secret reason" in page(client_of(project, Role.OWNER), prompt)
    submit_judgment(comparison, Answer(uuid4(), {"main": ["a1"]}), by=rita)
    html = page(logged_in(rita), prompt)
    assert "Secret reason" in html
    assert "You have not judged this yet." not in html


def test_the_label_is_not_in_the_part_of_a_comparison_that_is_held(comparison: Comparison) -> None:
    rita = MembershipFactory(project=comparison.project, role=Role.REVIEWER).user
    take_next(rita, comparison.project)
    judged(comparison, "judge-1", kind="ai", rationale="Secret reason")
    for query in ("open", "only"):
        html = page(logged_in(rita), comparison.prompt, f"?{query}={comparison.public}", **{"HX-Request": "true"})
        assert "judge-1" not in html
        assert "A better" not in html


def test_hundreds_are_paged_without_a_gap(project: Project, prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "ROWS", 3)
    responses = ResponseFactory.create_batch(5, prompt=prompt)
    comparisons = [
        ComparisonFactory(project=project, prompt=prompt, responses=[responses[at], responses[at + 1]])
        for at in range(4)
    ]
    client = client_of(project, Role.VIEWER)
    first = page(client, prompt)
    assert "5 responses" in first
    assert re.findall(r'id="response-([\w-]+)"', first) == [str(each.public) for each in responses[:3]]
    address = re.search(r'href="(\?responses=[^#"]*)', first)[1]
    assert re.findall(r'id="response-([\w-]+)"', page(client, prompt, address)) == [
        str(each.public) for each in responses[3:]
    ]
    address = re.search(r'href="(\?comparisons=[^#"]*)', first)[1]
    rest = page(client, prompt, address)
    assert re.findall(r'id="comparison-([\w-]+)"', rest) == [str(comparisons[3].public)]
    assert "First comparisons" in rest


def test_many_judgments_are_counted_and_shown_where_it_is_opened(comparison: Comparison) -> None:
    for number in range(12):
        judged(comparison, f"judge {number}", kind="ai")
    client = client_of(comparison.project, Role.OWNER)
    assert "2 more judgments." in words(page(client, comparison.prompt))
    opened = page(client, comparison.prompt, f"?open={comparison.public}")
    assert "more judgments" not in opened
    assert opened.count("of-models") >= 12


def test_opened_it_shows_the_texts_and_the_form_to_a_reviewer(comparison: Comparison) -> None:
    address = f"/p/helpful/comparisons/{comparison.public}/decide"
    query = f"?open={comparison.public}"
    html = page(client_of(comparison.project, Role.REVIEWER), comparison.prompt, query)
    assert f'action="{address}"' in html
    assert "Which answer is better?" in html
    assert "Text of B" in html
    html = page(client_of(comparison.project, Role.VIEWER), comparison.prompt, query)
    assert "Text of B" in html
    assert address not in html


def test_what_is_withdrawn_says_so_and_is_not_decided(comparison: Comparison) -> None:
    Comparison.objects.update(withdrawn=comparison.created)
    query = f"?open={comparison.public}"
    html = page(client_of(comparison.project, Role.REVIEWER), comparison.prompt, query)
    assert "used no more" in html
    assert f"/comparisons/{comparison.public}/decide" not in html


def test_htmx_gets_the_comparison_alone(comparison: Comparison) -> None:
    client = client_of(comparison.project, Role.REVIEWER)
    html = page(client, comparison.prompt, f"?open={comparison.public}", **{"HX-Request": "true"})
    assert html.strip().startswith("<article")
    assert "Text of A" in html
    html = page(client, comparison.prompt, f"?only={comparison.public}", **{"HX-Request": "true"})
    assert "Text of A" not in html


def test_a_comparison_of_another_prompt_is_not_opened_here(comparison: Comparison, project: Project) -> None:
    other = PromptFactory(project=project)
    client = client_of(project, Role.OWNER)
    address = f"/p/helpful/prompts/{other.public}?open={comparison.public}"
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 404
    assert str(comparison.public) not in client.get(address).content.decode()


@pytest.mark.parametrize("query", ["?open=x", "?comparisons=%00", "?responses=", f"?open={UUID(int=7)}"])
def test_an_address_that_means_nothing_shows_the_first_page(comparison: Comparison, query: str) -> None:
    html = page(client_of(comparison.project, Role.OWNER), comparison.prompt, query)
    assert f'id="comparison-{comparison.public}"' in html


def test_the_number_of_queries_does_not_grow(
    project: Project, prompt: Prompt, owner: User, django_assert_max_num_queries: Any
) -> None:
    responses = ResponseFactory.create_batch(7, prompt=prompt)
    for one, other in pairwise(responses):
        comparison = ComparisonFactory(project=project, prompt=prompt, responses=[one, other])
        for name in ("Ann", "Bea"):
            judged(comparison, f"{name} {comparison.pk}", round=project.current_round)
        Score.objects.create(response=one, scorer="reward", value=1)
    client = logged_in(owner)
    query = f"?open={comparison.public}&comparisons={prompt.comparisons.earliest('pk').public}"
    page(client, prompt, query)
    with django_assert_max_num_queries(29):
        page(client, prompt, query)


@each_payload
def test_what_others_wrote_does_nothing(project: Project, owner: User, payload: str) -> None:
    project.rounds.update(name=payload[:200])
    prompt = PromptFactory(
        project=project,
        messages=[{"role": payload[:20], "content": payload}],
        system=payload,
        contexts=[{"title": payload, "text": payload}],
        reference=payload,
        metadata={payload[:50]: payload},
        tags=[payload[:100]],
        language=payload[:16],
    )
    responses = [
        ResponseFactory(prompt=prompt, content=f"{payload}{n}", author=payload[:200], finish_reason=payload[:200])
        for n in range(2)
    ]
    Score.objects.create(response=responses[0], scorer=payload[:200], value=1)
    comparison = ComparisonFactory(project=project, prompt=prompt, responses=responses)
    judged(comparison, payload[:200], rationale=payload)
    judged(comparison, f"{payload[:190]}!", kind="ai", status="unreadable", ranks=None, raw=payload)
    assert dangers(page(logged_in(owner), prompt, f"?open={comparison.public}")) == []


@pytest.fixture
def owner(project: Project) -> User:
    return Membership.objects.create(project=project, user=MembershipFactory().user, role=Role.OWNER).user
