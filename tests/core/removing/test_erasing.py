"""What is erased is gone, from every table and every file, and a tombstone says that it was there."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from annotate.models import Assignment
from annotate.queue.reservations import take_next
from core.bulk import fetch
from core.errors import PrefereeError
from core.exports.service import export_dataset
from core.importing.files import import_file
from core.judges import judge_of
from core.models import (
    AuditEvent,
    Comparison,
    Failure,
    Group,
    Invitation,
    Judge,
    Judgment,
    Membership,
    Removal,
    Response,
    Role,
    RunState,
    SavedFilter,
)
from core.removals import ask
from core.removing.permit import erasing
from core.renderings import rendered_many
from core.runs.actions import run_here
from core.runs.leases import LeaseLost
from tests.core.removing.conftest import line
from tests.factories import ComparisonFactory, FailureFactory, JudgmentFactory, MembershipFactory, StageFactory

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = (
    *("prompt", "response", "comparison", "judgment", "score", "label", "failure", "judge", "auditevent", "removal"),
    *("rendering", "image"),
)


def everything() -> str:
    """All rows that could hold a text, as the database has them."""
    rows = [fetch(f"SELECT t::text FROM core_{name} t", []) for name in (*TABLES, "membership", "savedfilter")]
    return "\n".join(text for table in rows for (text,) in table)


def test_nothing_of_an_erased_prompt_is_left(project, remove):
    prompt = project.prompts.get(messages__0__content="The secret question number 0?")
    keys = {bytes(prompt.key).hex(), *(bytes(each.key).hex() for each in prompt.responses.all())}
    keys |= {bytes(each.content_key).hex() for each in prompt.responses.all()}
    keys |= {bytes(each.key).hex() for each in prompt.comparisons.all()}
    stage = StageFactory(run__project=project)
    FailureFactory(stage=stage, input=prompt.pk, error="The secret question number 0? is poison")
    rendered_many(project, [prompt.messages[0]["content"]])
    removal = remove("prompt", "erase", prompt.pk)
    left = everything()
    texts = ("question number 0", "reference 0", "answer 0", "secret 0", "edit 0", "so, 0")
    assert [text for text in (*texts, *keys) if text in left] == []
    prompt.refresh_from_db()
    assert (prompt.messages, prompt.system, prompt.contexts, prompt.reference) == ([], None, [], None)
    assert (prompt.metadata, prompt.tags) == ({}, [])
    assert prompt.erased
    assert prompt.withdrawn
    assert removal.report["counts"] == {
        "prompts": 1,
        "responses": 3,
        "comparisons": 2,
        "judgments": 3,
        "texts of judgments": 3,
        "labels": 1,
        "scores": 1,
        "assignments": 0,
        "notes of failures": 1,
        "stored replies": 0,
        "images": 0,
    }
    assert "question number 1" in left


def test_verdicts_and_numbers_of_an_erased_prompt_stay_as_tombstones(project, remove):
    prompt = project.prompts.first()
    before = list(Judgment.objects.filter(comparison__prompt=prompt).order_by("pk").values_list("ranks", "strength"))
    remove("prompt", "erase", prompt.pk)
    after = Judgment.objects.filter(comparison__prompt=prompt).order_by("pk")
    assert list(after.values_list("ranks", "strength")) == before
    assert {"stars": 4} in [each.answers for each in after]
    assert not any("why" in each.answers for each in after)


def test_an_erased_response_leaves_its_prompt_and_the_others(project, remove, exported):
    response = Response.objects.get(content="Another secret 2.")
    remove("response", "erase", response.pk)
    response.refresh_from_db()
    assert (response.content, response.metadata, response.author) == ("", {}, "n")
    left = everything()
    assert "Another secret 2." not in left
    assert "so, 2" not in left  # a rationale may quote it
    assert b"The secret answer 2." in exported(project)


def test_what_is_erased_cannot_be_restored_and_comes_back_only_by_a_new_import(project, remove, load):
    prompt = project.prompts.get(messages__0__content="The secret question number 0?")
    remove("prompt", "erase", prompt.pk)
    with pytest.raises(PrefereeError, match="Nothing of this is in the project any more"):
        ask(project, "prompt", "restore", [prompt.pk])
    assert load(project, line(0)).prompts == 1


def test_never_edited_holds_outside_an_erasure_and_after_one(project, remove):
    response = Response.objects.first()
    with erasing():
        pass
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        Response.objects.filter(pk=response.pk).update(content="lie")
    remove("response", "erase", response.pk)
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        Response.objects.filter(pk=response.pk).update(content="lie")
    with transaction.atomic():
        with erasing():
            pass
        with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
            Response.objects.filter(pk=response.pk).update(content="lie")


# Datasets


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def build(project: Any, folder: Path, form: str = "trl-dpo", name: str = "") -> Any:
    return export_dataset(project, form, folder, name=name)


@pytest.mark.parametrize("form", ["trl-dpo", "preferee"])
@pytest.mark.parametrize("subject", ["prompt", "response", "person"])
def test_versions_that_held_it_lose_their_files_and_keep_their_manifest(project, remove, tmp_path, form, subject):
    if subject == "person":  # zoe judged one prompt alone
        zoe = Judge.objects.create(project=project, kind="human", name="zoe")
        JudgmentFactory(comparison=Comparison.objects.filter(labels__isnull=False).first(), judge=zoe)
    held = build(project, tmp_path / "held", form)
    before = held.manifest
    thing = {
        "prompt": lambda: project.prompts.first(),
        "response": lambda: Response.objects.get(content="The secret answer 1."),
        "person": lambda: Judge.objects.get(name="zoe"),
    }[subject]()
    AuditEvent.objects.create(project=project, verb="dataset.download", target=str(held.public))
    removal = remove(subject, "erase", thing.pk)
    held.refresh_from_db()
    assert held.unrebuildable
    assert held.manifest == before
    assert [path.name for path in (tmp_path / "held").iterdir()] == ["manifest.json"]
    assert json.loads((tmp_path / "held" / "manifest.json").read_text())["unrebuildable"]
    (entry,) = removal.report["versions"]
    assert (entry["version"], entry["downloads"]) == (str(held), 1)
    assert entry["files"] == [file["name"] for file in before["files"]]
    assert removal.report["counts"]["files"] == len(before["files"])


@pytest.mark.parametrize("form", ["trl-dpo", "preferee"])
def test_versions_that_did_not_hold_it_keep_their_files(project, remove, load, tmp_path, form):
    kept = build(project, tmp_path / "kept", form)
    before = bytes_in(tmp_path / "kept")
    load(project, line(9))
    build(project, tmp_path / "held", form)
    prompt = project.prompts.get(messages__0__content="The secret question number 9?")
    removal = remove("prompt", "erase", prompt.pk)
    kept.refresh_from_db()
    assert kept.unrebuildable is None
    assert bytes_in(tmp_path / "kept") == before
    assert b"number 9" not in bytes_in(tmp_path)
    assert len(removal.report["versions"]) == 1


def test_the_same_words_under_another_prompt_are_not_meant(project, remove, load, tmp_path):
    both = {"responses": [{"id": "a", "content": "Yes.", "model": "m"}, {"id": "b", "content": "No.", "model": "m"}]}
    said = {"judge": "ann", "kind": "human", "responses": ["a", "b"], "preference": 1}
    load(project, {"prompt": "One?", **both, "judgments": [said]})
    version = build(project, tmp_path / "one")
    load(project, {"prompt": "Two?", **both, "judgments": [said]})
    remove("response", "erase", Response.objects.get(content="Yes.", prompt__messages__0__content="Two?").pk)
    version.refresh_from_db()
    assert version.unrebuildable is None


def test_where_only_the_parquet_is_left_it_is_read(project, remove, tmp_path):
    version = build(project, tmp_path / "held")
    for path in (tmp_path / "held").glob("*.jsonl"):
        path.unlink()
    remove("prompt", "erase", *project.prompts.values_list("pk", flat=True))
    version.refresh_from_db()
    assert version.unrebuildable
    assert not list((tmp_path / "held").glob("*.parquet"))


def test_a_version_that_another_was_written_over_is_listed_as_unknown(project, remove, load, tmp_path):
    first = build(project, tmp_path / "same")
    load(project, line(9))
    second = build(project, tmp_path / "same")
    removal = remove("prompt", "erase", project.prompts.get(messages__0__content="The secret question number 9?").pk)
    assert [each["version"] for each in removal.report["versions"]] == [str(second)]
    assert [each["version"] for each in removal.report["unknown"]] == [str(first)]
    assert b"number 9" not in bytes_in(tmp_path)


def test_an_export_and_an_erasure_do_not_pass_each_other(project, tmp_path):
    removal = ask(project, "prompt", "erase", [project.prompts.first().pk])
    with pytest.raises(PrefereeError, match="is being erased in this project"):
        build(project, tmp_path / "late")
    run_here(removal.run)
    assert build(project, tmp_path / "after").number == 1


def test_an_erasure_that_begins_while_files_are_written_keeps_them_out(project, tmp_path):
    with pytest.raises(PrefereeError, match="is being erased in this project"):
        export_dataset(
            project,
            "preferee",
            tmp_path / "late",
            still_wanted=lambda: run_here(ask(project, "prompt", "erase", [project.prompts.first().pk]).run) and None,
        )
    assert bytes_in(tmp_path / "late") == b""


def test_refused_lines_that_quote_it_are_gone_from_the_reports(project, remove, tmp_path, settings):
    settings.HOME = tmp_path / "home"
    bad = [{**line(0), "nonsense": 1}, {**line(1), "nonsense": 1}]
    path = tmp_path / "bad.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in bad))
    import_file(project, str(path), mapping={}, strict=False)
    (rejects,) = (tmp_path / "home" / "imports" / "p").glob("*.rejects.jsonl")
    assert "number 0" in rejects.read_text()
    prompt = project.prompts.get(messages__0__content="The secret question number 0?")
    removal = remove("prompt", "erase", prompt.pk)
    assert "number 0" not in rejects.read_text()
    assert "number 1" in rejects.read_text()
    assert removal.report["counts"]["refused lines"] == 1


# People


@pytest.fixture
def member(project: Any) -> Membership:
    """Ann, who has judged with her account, waits for a comparison, and is in a group."""
    member = MembershipFactory(project=project, role=Role.ANNOTATOR, user__name="Ann Secretname")
    judge, comparison = judge_of(member.user, project), ComparisonFactory(project=project, votes_wanted=2)
    JudgmentFactory(
        comparison=comparison,
        judge=judge,
        person=member.user,
        round=project.current_round,
        rationale="I, Ann, say so.",
        answers={"rationale": "Ann again", "main": "a1"},
    )
    take_next(member.user, project)
    Group.objects.create(project=project, name="experts").people.add(member.user)
    SavedFilter.objects.create(project=project, user=member.user, table="prompts", name="Ann's")
    Invitation.objects.create(
        project=project, role="annotator", email=member.user.email, digest="0", expires="2030-01-01T00:00Z"
    )
    return member


def test_of_an_erased_person_the_verdicts_stay_and_nothing_says_whose(project, remove, member):
    person, judge = member.user, Judge.objects.get(person=member.user)
    removal = remove("person", "erase", judge.pk)
    judge.refresh_from_db()
    assert (judge.name, judge.person) == ("Erased person 1", None)
    judgment = Judgment.objects.get(judge=judge)
    assert (judgment.ranks, judgment.rationale, judgment.person) == ([1, 2], "", None)
    assert judgment.answers == {"main": "a1"}
    assert not Membership.objects.filter(user=person).exists()
    assert not Assignment.objects.filter(person=person).exists()
    assert not person.work_groups.exists()
    left = everything()
    assert [text for text in ("Secretname", "Ann again", "I, Ann", person.email) if text in left] == []
    assert removal.report["counts"]["memberships"] == 1
    assert removal.report["counts"]["assignments"] == 1


def test_an_imported_person_can_be_erased_with_their_name_on_responses(project, remove, exported):
    remove("person", "erase", Judge.objects.get(name="ann").pk)
    data = exported(project)
    assert b'"ann"' not in data
    assert b'"person":"Erased person 1"' in data
    assert b"A says so" in data  # bob's


def test_each_erased_person_has_a_number_of_their_own(project, remove):
    judges = [Judge.objects.get(name=name).pk for name in ("bob", "ann")]
    remove("person", "erase", *judges)
    remove("person", "erase", judge_of(MembershipFactory(project=project).user, project).pk)
    names = Judge.objects.filter(kind="human").values_list("name", flat=True)
    assert sorted(names) == ["Erased person 1", "Erased person 2", "Erased person 3"]


def test_the_only_owner_is_not_erased(project):
    owner = MembershipFactory(project=project, role=Role.OWNER)
    with pytest.raises(PrefereeError, match="has no other owner"):
        ask(project, "person", "erase", [judge_of(owner.user, project).pk])


# Killed and repeated


@pytest.mark.parametrize("subject", ["prompt", "response", "person"])
def test_a_run_that_is_killed_anywhere_goes_on_and_counts_once(project, member, subject, monkeypatch, tmp_path):
    """Every place where the work asks whether it is still its own is one where it may die."""
    build(project, tmp_path / "held", "preferee")
    monkeypatch.setattr("core.removing.erasing.PROMPTS_A_BATCH", 1)
    monkeypatch.setattr("core.removing.person.JUDGMENTS_A_BATCH", 1)
    ids = {
        "prompt": project.prompts.values_list("pk", flat=True),
        "response": Response.objects.values_list("pk", flat=True)[:6],
        "person": [Judge.objects.get(name="ann").pk, Judge.objects.get(person=member.user).pk],
    }[subject]
    removal = ask(project, subject, "erase", ids)
    from core.removing.erasing import erase
    from core.removing.versions import search_version, wanted_of

    for version in removal.project.datasets.get().versions.all():
        search_version(removal, version, wanted_of(removal))
    for deaths in range(3):
        calls = iter(range(deaths))

        def check(calls: Any = calls) -> None:
            if next(calls, None) is None:
                raise LeaseLost

        with pytest.raises(LeaseLost):
            erase(removal, removal.targets, check)
    run = run_here(removal.run)
    assert run.state == RunState.DONE, run.error
    removal.refresh_from_db()
    assert removal.finished
    counts = removal.report["counts"]
    assert len(removal.report["versions"]) == 1
    expected = {"prompt": ("prompts", 5), "response": ("responses", 6), "person": ("judges", 2)}[subject]
    assert counts[expected[0]] == expected[1]
    assert counts.get("texts of judgments", 0) <= Judgment.objects.count()
    assert not Failure.objects.exists()
    assert Removal.objects.count() == 1
    connection.close()
