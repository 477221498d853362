"""Removals in the browser: what one would touch, what it needs, and its report."""

import pytest
from django.test import Client

from core.judges import judge_of
from core.models import Project, Removal, RunState, User
from core.runs.actions import run_here
from tests.core.views.conftest import logged_in
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    JudgmentFactory,
    MembershipFactory,
    PromptFactory,
)

NEW = "/p/helpful/removals/new"


@pytest.fixture
def comparison(project: Project):
    comparison = ComparisonFactory(project=project, prompt=PromptFactory(project=project, text="Secret?"))
    JudgmentFactory(comparison=comparison)
    return comparison


def address(subject: str, thing: object) -> str:
    return f"{NEW}?subject={subject}&target={thing.public}"


def test_the_page_says_what_it_would_touch(as_owner: Client, comparison) -> None:
    answer = as_owner.get(address("prompt", comparison.prompt))
    assert answer.context["touches"] == {
        "Responses": 2,
        "Comparisons": 1,
        "Judgments by people": 0,
        "Judgments by models": 1,
        "Labels": 0,
        "Versions of datasets to look into": 0,
    }
    text = answer.content.decode()
    assert "Secret?" in text
    assert "Withdraw prompt" in text
    assert "Erase prompt" in text


def test_withdrawn_it_offers_to_restore(as_owner: Client, owner: User, comparison) -> None:
    for mode, offered in (("withdraw", "Restore prompt"), ("restore", "Withdraw prompt")):
        asked = as_owner.post(address("prompt", comparison.prompt), {"mode": mode, "reason": "Asked for."})
        removal = Removal.objects.latest("pk")
        assert asked.url == f"/p/helpful/removals/{removal.public}"
        assert (removal.created_by, removal.reason) == (owner, "Asked for.")
        assert run_here(removal.run).state == RunState.DONE
        report = as_owner.get(asked.url).content.decode()
        assert "What it touched" in report
        assert offered in as_owner.get(address("prompt", comparison.prompt)).content.decode()


@pytest.mark.parametrize("typed", ["", "Erase", "prompt"])
def test_erasing_asks_for_a_word(as_owner: Client, comparison, typed: str) -> None:
    sent = as_owner.post(address("prompt", comparison.prompt), {"mode": "erase", "typed": typed})
    assert sent.status_code == 422
    assert "Write “erase” to erase this prompt." in sent.content.decode()
    assert not Removal.objects.exists()


def test_erased_it_offers_nothing_more(as_owner: Client, comparison) -> None:
    as_owner.post(address("prompt", comparison.prompt), {"mode": "erase", "typed": " erase "})
    run_here(Removal.objects.get().run)
    text = as_owner.get(address("prompt", comparison.prompt)).content.decode()
    assert "It is erased" in text
    assert '<button class="button primary"' not in text.partition('id="login-again"')[0]
    assert as_owner.post(address("prompt", comparison.prompt), {"mode": "restore"}).status_code == 422


def test_a_person_is_erased_by_their_name(as_owner: Client, project: Project) -> None:
    member = MembershipFactory(project=project)
    page = address("person", member.user)
    assert as_owner.post(page, {"mode": "erase", "typed": "somebody"}).status_code == 422
    assert as_owner.post(page, {"mode": "erase", "typed": str(member.user)}).status_code == 302
    assert Removal.objects.get().targets == [judge_of(member.user, project).pk]


def test_looking_makes_nobody_a_judge(as_owner: Client, project: Project) -> None:
    member = MembershipFactory(project=project)
    assert as_owner.get(address("person", member.user)).status_code == 200
    assert not project.judges.exists()


def test_a_manager_withdraws_and_does_not_erase(project: Project, comparison) -> None:
    client = logged_in(MembershipFactory(project=project, role="manager").user)
    assert "Erase prompt" not in client.get(address("prompt", comparison.prompt)).content.decode()
    assert client.post(address("prompt", comparison.prompt), {"mode": "erase", "typed": "erase"}).status_code == 422
    assert client.post(address("prompt", comparison.prompt), {"mode": "withdraw"}).status_code == 302


def test_of_an_archived_project_the_owner_still_erases(as_owner: Client, project: Project, comparison) -> None:
    Project.objects.filter(pk=project.pk).update(archived="2026-01-01T00:00Z")
    text = as_owner.get(address("prompt", comparison.prompt)).content.decode()
    assert ("Withdraw prompt" in text, "Erase prompt" in text) == (False, True)
    manager = logged_in(MembershipFactory(project=project, role="manager").user)
    assert manager.get(address("prompt", comparison.prompt)).status_code == 403


@pytest.mark.parametrize("query", ["", "?subject=prompt", "?subject=x&target=y", "?subject=person&target=1"])
def test_what_is_not_there_is_not_found(as_owner: Client, query: str) -> None:
    assert as_owner.get(NEW + query).status_code == 404


def test_people_and_things_of_other_projects_are_not_found(as_owner: Client) -> None:
    other = ComparisonFactory()
    for subject, thing in (("prompt", other.prompt), ("comparison", other), ("person", MembershipFactory().user)):
        assert as_owner.get(address(subject, thing)).status_code == 404
    response = other.candidates.first().response
    assert as_owner.get(address("response", response)).status_code == 404


def test_the_list_has_the_newest_first_and_pages(as_owner: Client, project: Project, django_assert_max_num_queries):
    for number in range(60):
        Removal.objects.create(
            project=project, subject="response", mode="erase", targets=[1] * (number + 1), reason=str(number)
        )
    with django_assert_max_num_queries(10):
        first = as_owner.get("/p/helpful/removals")
    assert [row.reason for row in first.context["rows"]] == [str(number) for number in range(59, 9, -1)]
    second = as_owner.get("/p/helpful/removals", {"before": str(first.context["older"])})
    assert [row.reason for row in second.context["rows"]] == [str(number) for number in range(9, -1, -1)]
    assert "Erase 1 response <" in " ".join(second.content.decode().split())


def test_a_project_without_removals_says_so(as_owner: Client) -> None:
    assert "Nothing was removed yet." in as_owner.get("/p/helpful/removals").content.decode()


def test_a_report_asks_again_until_it_is_done(as_owner: Client, comparison) -> None:
    as_owner.post(address("prompt", comparison.prompt), {"mode": "withdraw"})
    removal = Removal.objects.get()
    page = f"/p/helpful/removals/{removal.public}"
    assert "hx-trigger" in as_owner.get(page).content.decode()
    run_here(removal.run)
    part = as_owner.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part
    assert "<html" not in part


def test_a_version_whose_files_were_deleted_says_so(as_owner: Client, project: Project) -> None:
    version = DatasetVersionFactory(dataset=DatasetFactory(project=project), unrebuildable="2026-03-01T00:00Z")
    answer = as_owner.get(f"/p/helpful/datasets/{version.public}/train.jsonl")
    assert answer.status_code == 410
    assert "was erased on 01 March 2026" in answer.content.decode()
    assert "it cannot be built again" in " ".join(as_owner.get("/p/helpful/").content.decode().split())


def test_the_steps_of_a_removal_are_offered_to_nobody(as_owner: Client, project: Project) -> None:
    for page in ("runs/start", "runs/steps"):
        assert "remove_files" not in as_owner.get(f"/p/helpful/{page}").content.decode()
    assert as_owner.get("/p/helpful/runs/start/remove").status_code == 404
