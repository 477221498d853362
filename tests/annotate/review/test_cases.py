"""Review: flagged and contested first, blind until the reviewer has decided."""

import re
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from annotate.models import Flag
from annotate.queue.reservations import take_next
from annotate.review import cases
from annotate.review.flags import contest, flag, resolve
from annotate.work.actions import Answer, submit_judgment
from core.models import Comparison, Judgment, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.core.views.markup import dangers, each_payload
from tests.factories import ComparisonFactory, MembershipFactory, PromptFactory

REVIEW = "/p/helpful/review"


@pytest.fixture
def reviewer(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.REVIEWER).user


@pytest.fixture
def as_reviewer(reviewer: User) -> Client:
    return logged_in(reviewer)


@pytest.fixture
def split(project: Project, ada: User, bruno: User) -> Comparison:
    """Two votes that decide nothing."""
    prompt = PromptFactory(project=project, text="The split one")
    comparison = ComparisonFactory(project=project, prompt=prompt, votes_wanted=2)
    for person, slot in ((ada, 0), (bruno, 1)):
        held = take_next(person, project).assignment
        choice = "a3" if held.order[0] == slot else "b3"
        given = Answer(held.client_id, {"main": [choice], "rationale": [f"because of {slot}"]})
        submit_judgment(comparison, given, by=person)
    return comparison


def page(client: Client, address: str = REVIEW) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_what_is_asked_comes_before_what_is_undecided(
    as_reviewer: Client, ada: User, project: Project, split: Comparison
) -> None:
    other = ComparisonFactory(project=project, prompt=PromptFactory(project=project, text="The flagged one"))
    flag(other, "It is odd.", by=ada)
    html = page(as_reviewer)
    assert 0 < html.index("The flagged one") < html.index("The split one")
    assert "It is odd." in html
    assert "2 votes decide nothing" in html
    assert "The split one" not in page(as_reviewer, f"{REVIEW}?show=flag")
    assert "The flagged one" not in page(as_reviewer, f"{REVIEW}?show=undecided")
    assert "No case fits." in page(as_reviewer, f"{REVIEW}?show=contest")


def test_with_nothing_to_do_it_says_so(as_reviewer: Client) -> None:
    assert "Nothing waits for a reviewer" in page(as_reviewer)


def test_a_case_is_blind_until_it_is_decided(
    as_reviewer: Client, ada: User, project: Project, split: Comparison
) -> None:
    address = f"{REVIEW}/{split.public}"
    authors = set(split.candidates.values_list("response__author", flat=True))
    flag(split, "Look.", by=ada)
    html = page(as_reviewer, address)
    for secret in ("because of 0", "because of 1", str(ada), *authors):
        assert secret not in html
    sent = {"client_id": str(uuid4()), "choice": "", "back": "review"}
    refused = as_reviewer.post(f"/p/helpful/comparisons/{split.public}/decide", sent)
    assert refused.status_code == 422
    assert "because of 0" not in refused.content.decode()
    decided = as_reviewer.post(f"/p/helpful/comparisons/{split.public}/decide", {**sent, "choice": "a2"})
    assert (decided.status_code, decided.url) == (302, address)
    html = page(as_reviewer, address)
    for told in ("because of 0", "because of 1", str(ada)):
        assert told in html


def test_whoever_has_it_on_the_work_page_judges_it_there(as_reviewer: Client, reviewer: User, project: Project) -> None:
    comparison = ComparisonFactory(project=project)
    take_next(reviewer, project)
    html = page(as_reviewer, f"{REVIEW}/{comparison.public}")
    assert "You have not judged this yet" in html
    assert 'name="choice"' not in html


def test_a_flag_is_resolved_and_its_person_reads_the_outcome(
    as_reviewer: Client, as_ada: Client, ada: User, split: Comparison
) -> None:
    row = contest(split, "I am right.", by=ada)
    address = f"{REVIEW}/{split.public}/resolve"
    assert as_reviewer.post(address, {"flag": row.pk, "outcome": ""}).status_code == 422
    assert as_reviewer.post(address, {"flag": "x", "outcome": "No."}).status_code == 404
    assert as_reviewer.post(address, {"flag": row.pk, "outcome": "You are."}).status_code == 302
    assert as_reviewer.post(address, {"flag": row.pk, "outcome": "Again."}).status_code == 409
    assert "You are." in page(as_ada, "/p/helpful/answers")


def test_what_was_written_about_a_flag_is_kept_where_it_is_refused(
    as_reviewer: Client, split: Comparison, ada: User, bruno: User
) -> None:
    row, address = flag(split, "Odd.", by=ada), f"{REVIEW}/{split.public}/resolve"
    long = "Looked at. " * 200
    html = as_reviewer.post(address, {"flag": row.pk, "outcome": long}).content.decode()
    assert "Shorten it, then send it." in html
    assert f'value="{long}"' in html
    resolve(row, "Somebody else was here.", by=bruno)
    html = as_reviewer.post(address, {"flag": row.pk, "outcome": "Mine."}).content.decode()
    assert "Somebody has resolved this meanwhile." in html
    assert "You wrote: <bdi>Mine.</bdi>" in html


def test_a_flag_of_another_comparison_is_not_resolved_here(
    as_reviewer: Client, ada: User, project: Project, split: Comparison
) -> None:
    row = flag(ComparisonFactory(project=project), "Odd.", by=ada)
    assert as_reviewer.post(f"{REVIEW}/{split.public}/resolve", {"flag": row.pk, "outcome": "x"}).status_code == 404
    assert Flag.objects.get().resolved is None


def test_pages_go_on_where_the_one_before_ended(
    as_reviewer: Client,
    ada: User,
    project: Project,
    split: Comparison,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        flag(ComparisonFactory(project=project), "Odd.", by=ada)
    monkeypatch.setattr(cases, "ROWS", 2)
    seen: list[str] = []
    address = REVIEW
    while address:
        with django_assert_max_num_queries(14):
            html = page(as_reviewer, address)
        seen += re.findall(r'class="first-words" href="/p/helpful/review/([0-9a-f-]{36})"', html)
        following = re.search(r"after=([a-z]+-\d+)", html)
        address = f"{REVIEW}?after={following[1]}" if following else ""
    assert len(seen) == len(set(seen)) == 6
    assert seen[-1] == str(split.public)


def test_annotators_have_no_review(as_ada: Client, split: Comparison) -> None:
    for address in (REVIEW, f"{REVIEW}/{split.public}"):
        assert as_ada.get(address).status_code == 403
    assert Judgment.objects.count() == 2


@each_payload
def test_what_was_written_does_nothing_in_review_and_history(
    as_reviewer: Client, as_ada: Client, ada: User, project: Project, payload: str
) -> None:
    prompt = PromptFactory(project=project, text=payload)
    comparison = ComparisonFactory(project=project, prompt=prompt, texts=[payload, f"{payload} again"])
    held = take_next(ada, project).assignment
    given = Answer(held.client_id, {"main": ["a1"], "rationale": [payload.replace("\0", "")[:10_000]]})
    submit_judgment(comparison, given, by=ada)
    row = flag(comparison, payload.replace("\0", "")[:2_000].strip() or "x", by=ada)
    for page_of in (REVIEW, f"{REVIEW}/{comparison.public}"):
        assert dangers(as_reviewer.get(page_of).content.decode()) == []
    decision = {"client_id": str(uuid4()), "choice": "a2", "back": "review"}
    as_reviewer.post(f"/p/helpful/comparisons/{comparison.public}/decide", decision)
    as_reviewer.post(f"{REVIEW}/{comparison.public}/resolve", {"flag": row.pk, "outcome": payload})
    assert dangers(as_reviewer.get(f"{REVIEW}/{comparison.public}").content.decode()) == []
    for page_of in ("answers", f"answers/{comparison.public}", f"answers?show={quote(payload)}"):
        assert dangers(as_ada.get(f"/p/helpful/{page_of}").content.decode()) == []
