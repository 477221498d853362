"""Rubrics: those that come with Preferee and a project's own, each version kept."""

from typing import Any

import pytest
from django.test import Client

from core.models import AuditEvent, Project, Rubric, User
from synth.judges.rubrics import save_rubric
from tests.core.views.markup import dangers, each_payload
from tests.factories import ProjectFactory

HERE = "/p/helpful/rubrics"
EDIT = f"{HERE}/edit"
TRUTH = {"name": "truth", "description": "Is it right?", "anchors": {1: "Wrong", 5: "Right"}}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def sent(*criteria: dict[str, str], **more: str) -> dict[str, str]:
    usual = {"description": "", "lowest": "1", "highest": "5", "weight": "1", "anchors": ""}
    fields = {
        f"{number}.{field}": value
        for number, criterion in enumerate(criteria, start=1)
        for field, value in {**usual, **criterion}.items()
    }
    return {"name": "house", "seen": "0", **fields, **more}


def test_the_list_shows_given_ones_and_own_ones(as_owner: Client, owner: User, project: Project) -> None:
    assert "No rubrics of its own yet." in text(as_owner.get(HERE))
    for more in ("", " Really?"):
        save_rubric(project, "house", [{**TRUTH, "description": f"Is it right?{more}"}], by=owner)
    html = text(as_owner.get(HERE))
    assert f'href="{EDIT}?named=house%402"' in html
    assert 'data-label="Version">2<' in html
    for name in ("helpsteer2", "quality", "ten"):
        assert f">{name}</a>" in html


def test_one_is_written_and_changed_in_versions(as_owner: Client, owner: User, project: Project) -> None:
    criterion = {"name": "truth", "description": "Is it right?", "anchors": "1: Wrong\r\n5: Right\r\n"}
    assert as_owner.post(EDIT, sent(criterion, {"name": ""}))["Location"] == f"{EDIT}?named=house%401"
    (kept,) = Rubric.objects.get().criteria
    assert (kept["name"], kept["anchors"]) == ("truth", {"1": "Wrong", "5": "Right"})
    html = text(as_owner.get(EDIT, {"named": "house@1"}))
    assert "truth, from 1 to 5: Is it right?" in html
    assert "Save version 2" in html
    changed = sent({**criterion, "highest": "10"}, {"name": "tone", "weight": "0.5"}, seen="1")
    assert as_owner.post(EDIT, changed)["Location"] == f"{EDIT}?named=house%402"
    html = text(as_owner.get(EDIT, {"named": "house@2"}))
    assert "2 lines added, 1 removed" in html
    assert AuditEvent.objects.filter(verb="rubric.save", actor=owner).count() == 2


def test_criteria_are_added_and_removed_without_losing_what_is_typed(as_owner: Client, project: Project) -> None:
    more = text(as_owner.post(EDIT, sent({"name": "truth"}, {"name": "tone"}, add="1")))
    assert 'name="3.name"' in more
    assert 'value="tone"' in more
    fewer = text(as_owner.post(EDIT, sent({"name": "truth"}, {"name": "tone"}, remove="1")))
    assert 'name="1.name" value="tone"' in fewer
    assert "truth" not in fewer
    assert not Rubric.objects.exists()


@pytest.mark.parametrize(
    ("criterion", "sentence"),
    [
        ({"name": ""}, "There are 0 criteria."),
        ({"name": "", "description": "x"}, "Criterion 1, name"),
        ({"name": "truth", "lowest": "5", "highest": "1"}, "is not below the highest"),
        ({"name": "truth", "lowest": "low"}, "Criterion 1, lowest"),
        ({"name": "truth", "anchors": "five is good"}, "is not a score, a colon and words"),
        ({"name": "truth", "anchors": "9: Great"}, "the anchor 9 is outside 1 to 5"),
        ({"name": "truth", "weight": "0"}, "No criterion has a weight above 0"),
        ({"name": "truth", "weight": "nan"}, "Criterion 1, weight"),
    ],
)
def test_what_does_not_fit_is_said_in_place_and_what_was_typed_stays(
    as_owner: Client, project: Project, criterion: dict[str, str], sentence: str
) -> None:
    answer = as_owner.post(EDIT, sent(criterion, name="kept as typed"))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "kept as typed" in text(answer)
    assert not Rubric.objects.exists()


def test_a_given_one_is_opened_as_a_copy(as_owner: Client, project: Project) -> None:
    html = text(as_owner.get(EDIT, {"named": "helpsteer2@1"}))
    assert "It comes with Preferee and stays as it is." in html
    taken = as_owner.post(EDIT, sent({"name": "truth"}, name="helpsteer2"))
    assert taken.status_code == 422
    assert "comes with Preferee and stays as it is" in text(taken)


def test_whoever_was_slower_is_told(as_owner: Client, owner: User, project: Project) -> None:
    save_rubric(project, "house", [TRUTH], by=owner)
    save_rubric(project, "house", [{**TRUTH, "weight": 2}], by=owner)
    answer = as_owner.post(EDIT, sent({"name": "slow"}, seen="1"))
    assert answer.status_code == 409
    assert "Somebody has saved version 2 since you opened this page." in text(answer)
    assert 'name="seen" value="2"' in text(answer)


def test_who_may_see_names_reads_criteria_with_their_anchors(
    as_reviewer: Client, owner: User, project: Project
) -> None:
    save_rubric(project, "house", [TRUTH], by=owner)
    html = text(as_reviewer.get(EDIT, {"named": "house@1"}))
    for part in ("truth", "Is it right?", "Wrong", "Right"):
        assert part in html
    assert "Save version" not in html
    assert as_reviewer.post(EDIT, sent({"name": "truth"})).status_code == 403
    assert as_reviewer.get(EDIT).status_code == 403


def test_one_of_another_project_is_not_here(as_owner: Client, owner: User, project: Project) -> None:
    save_rubric(ProjectFactory(), "theirs", [TRUTH], by=owner)
    for named in ("theirs@1", "house@9", "@", "x@y"):
        assert as_owner.get(EDIT, {"named": named}).status_code == 404


def test_the_list_takes_no_more_queries_for_more(
    as_owner: Client, owner: User, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(9):
        save_rubric(project, f"house {number}", [TRUTH], by=owner)
    with django_assert_max_num_queries(8):
        as_owner.get(HERE)


@each_payload
def test_texts_do_nothing(as_owner: Client, as_reviewer: Client, project: Project, payload: str) -> None:
    criterion = {"name": payload[:60], "description": payload, "lowest": 1, "highest": 5, "weight": 1.0}
    clean = {**criterion, "name": "truth", "anchors": {"1": payload}}
    Rubric.objects.create(project=project, name=payload[:90], version=1, criteria=[clean])
    for client in (as_owner, as_reviewer):
        for page, asked in ((HERE, {}), (EDIT, {"named": f"{payload[:90]}@1"})):
            assert dangers(client.get(page, asked).content.decode()) == []
    typed = {"name": payload, "anchors": payload, "lowest": payload, "description": payload}
    assert dangers(as_owner.post(EDIT, sent(typed, name=payload)).content.decode()) == []
