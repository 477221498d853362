import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from annotate.models import Quota
from annotate.queue.quotas import set_quota
from core.models import Project, Role
from tests.core.views.conftest import logged_in
from tests.core.views.markup import dangers, each_payload
from tests.factories import MembershipFactory

QUOTAS = "/p/helpful/team/quotas"


@pytest.fixture
def as_manager(project: Project) -> Client:
    return logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)


def test_without_quotas_the_page_says_what_that_means(as_manager: Client) -> None:
    assert "No quotas yet: each comparison gets all the answers that it wants." in as_manager.get(QUOTAS).text


def test_a_quota_is_set_changed_and_removed(as_manager: Client, project: Project) -> None:
    for most in ("1,000", "2000"):
        sent = as_manager.post(QUOTAS, {"kind": "tag", "value": " safety ", "most": most})
        assert (sent.status_code, sent.url) == (302, QUOTAS)
    quota = Quota.objects.get(project=project)
    assert (quota.value, quota.most) == ("safety", 2000)
    html = as_manager.get(QUOTAS).text
    assert "2,000" in html
    as_manager.post(f"{QUOTAS}/remove", {"kind": "tag", "value": "safety"})
    assert not Quota.objects.exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"kind": "tag", "value": "safety", "most": "many"}, "Write how many answers are the most"),
        ({"kind": "tag", "value": "", "most": "5"}, "The tag has 0 characters."),
        ({"kind": "", "value": "x", "most": "5"}, "A quota is for a tag or for a language."),
    ],
)
def test_what_does_not_fit_comes_back_with_a_sentence(as_manager: Client, sent: dict[str, str], sentence: str) -> None:
    response = as_manager.post(QUOTAS, sent)
    assert response.status_code == 422
    assert sentence in response.text
    assert f'value="{sent["most"]}"' in response.text


def test_many_quotas_cost_no_more_queries(
    as_manager: Client, project: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        set_quota(project, "tag", f"tag {number}", number)
    with django_assert_max_num_queries(8):
        as_manager.get(QUOTAS)


@each_payload
def test_what_was_written_does_nothing_there(as_manager: Client, project: Project, payload: str) -> None:
    text = payload.replace("\0", "")[:100]
    Quota.objects.create(project=project, kind="tag", value=text, most=1)
    assert dangers(as_manager.get(QUOTAS).text) == []
    assert dangers(as_manager.post(QUOTAS, {"kind": "tag", "value": payload, "most": "x"}).text) == []
