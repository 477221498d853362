import json

import pytest

from core.models import Label
from core.projects import create_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(load):
    project = create_project("p")
    responses = [{"id": "a", "content": "Yes."}, {"id": "b", "content": "No."}]
    votes = [{"judge": name, "kind": "human", "responses": ["a", "b"], "preference": 1} for name in ("ann", "bob")]
    load(project, *({"prompt": f"Number {number}?", "responses": responses, "judgments": votes} for number in range(3)))
    return project


def test_labels_are_brought_up_to_date_before_they_are_counted(manage, project):
    Label.objects.all().delete()
    ended = manage("report", "--project", "p", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["labels"]["winner"] == 3


def test_the_table_is_for_reading(manage, project):
    ended = manage("report", "--project", "p")
    assert "people agree with people, %  100.0 (100.0 to 100.0), n 3" in ended.out


def test_a_project_that_does_not_exist_gets_a_sentence(manage):
    ended = manage("report", "--project", "nowhere")
    assert (ended.code, "There is no project “nowhere”. Import something into it first" in ended.err) == (1, True)
