"""What is withdrawn is kept and used no more, and can be restored."""

import pytest

from annotate.models import QueueItem
from annotate.queue.reservations import take_next
from core.errors import PrefereeError
from core.judges import judge_of
from core.labels.service import refresh_project
from core.models import AuditEvent, Comparison, Judge, Label, Membership, Removal, Response, Role
from core.removals import ask
from core.reports.counts import counts, label_counts
from core.reports.report import report
from core.runs.actions import run_again, run_here
from core.runs.starting import start_run
from tests.core.removing.conftest import line
from tests.factories import ComparisonFactory, JudgmentFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def test_a_withdrawn_prompt_is_in_no_count_no_label_no_queue_and_no_export(project, remove, exported):
    before = counts(project)
    prompt = project.prompts.first()
    removal = remove("prompt", "withdraw", prompt.pk)
    after = counts(project)
    assert (before["prompts"], after["prompts"]) == (4, 3)
    assert (before["responses"], after["responses"]) == (12, 9)
    assert (before["comparisons"], after["comparisons"]) == (8, 6)
    assert (before["judgments"]["people"], after["judgments"]["people"]) == (8, 6)
    assert (before["judgments"]["judges"], after["judgments"]["judges"]) == (4, 3)
    assert label_counts(project)["labels"] == 3
    assert report(project)["agreement"]["people"]["units"] == 3
    places = QueueItem.objects.filter(comparison__prompt=prompt).values_list("wanted", "held", "is_open")
    assert set(places) == {(0, 0, False)}
    assert exported(project).count(b"\n") == 3
    assert prompt.messages[0]["content"].encode() not in exported(project)
    assert removal.report["counts"] == {"prompts": 1, "comparisons": 2, "judgments": 3, "labels": 1, "assignments": 0}


def places():
    return set(QueueItem.objects.values_list("comparison", "wanted", "held", "is_open"))


def test_restored_it_is_all_as_it_was(project, remove, exported):
    before = exported(project), counts(project), label_counts(project), places()
    for subject, thing in (("prompt", project.prompts.first()), ("response", project.responses.first())):
        remove(subject, "withdraw", thing.pk)
        assert exported(project) != before[0]
        remove(subject, "restore", thing.pk)
        assert (exported(project), counts(project), label_counts(project), places()) == before


def test_a_withdrawn_response_takes_its_comparisons_along_and_no_others(project, remove, exported):
    response = Response.objects.filter(content="Another secret 0.").get()
    remove("response", "withdraw", response.pk)
    assert set(Comparison.objects.filter(withdrawn__isnull=False)) == {
        each.comparison for each in response.candidacies.all()
    }
    assert counts(project)["responses"] == 11
    assert b"Another secret 0." not in exported(project)
    assert b"The secret answer 0." in exported(project)


def test_an_edit_of_a_withdrawn_response_is_exported_without_saying_so(project, remove, exported):
    remove("response", "withdraw", Response.objects.get(content="The secret answer 1.").pk)
    assert b"The secret edit 1." in exported(project)


def test_a_comparison_comes_back_only_when_nothing_that_it_holds_is_withdrawn(project, remove):
    comparison = Comparison.objects.filter(project=project, candidates__response__content="The secret answer 0.").get()
    response = Response.objects.get(content="The secret answer 0.")
    remove("response", "withdraw", response.pk)
    remove("comparison", "restore", comparison.pk)
    comparison.refresh_from_db()
    assert comparison.withdrawn
    remove("prompt", "withdraw", comparison.prompt_id)
    remove("response", "restore", response.pk)
    comparison.refresh_from_db()
    assert comparison.withdrawn
    remove("prompt", "restore", comparison.prompt_id)
    comparison.refresh_from_db()
    assert comparison.withdrawn is None
    assert comparison.labels.exists()


def test_nobody_is_offered_a_withdrawn_comparison_and_whoever_holds_one_gets_another(project, remove):
    person = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    Comparison.objects.filter(project=project).update(votes_wanted=5)
    held = take_next(person, project).assignment
    remove("comparison", "withdraw", held.comparison_id)
    assert take_next(person, project).assignment.comparison_id != held.comparison_id
    offered = set(QueueItem.objects.filter(project=project, is_open=True).values_list("comparison", flat=True))
    assert held.comparison_id not in offered


def test_what_is_added_to_something_withdrawn_is_withdrawn(project, remove, load):
    prompt = project.prompts.get(messages__0__content="The secret question number 0?")
    remove("prompt", "withdraw", prompt.pk)
    labels = Label.objects.count()
    said = {"judge": "cleo", "kind": "human", "responses": ["a", "b"], "preference": 1}
    extra = {**line(0), "responses": [{"id": "a", "content": "New."}, {"id": "b", "content": "Newer."}]}
    load(project, {**extra, "comparisons": [], "scores": [], "judgments": [said]})
    assert Comparison.objects.filter(prompt=prompt, withdrawn=None).count() == 0
    assert Label.objects.count() == labels


def test_no_step_makes_or_waits_for_what_is_withdrawn(project, remove):
    prompt = project.prompts.first()
    remove("prompt", "withdraw", prompt.pk)
    before = Comparison.objects.filter(prompt=prompt).count()
    for step, total in (("compare", 3), ("people", 6), ("reference", 9)):
        run = run_here(start_run(project, step, {}))
        assert run.stages.get().total == total, step
    assert Comparison.objects.filter(prompt=prompt).count() == before


def test_the_votes_of_a_withdrawn_person_count_no_more(project, remove):
    refresh_project(project)
    ann = Judge.objects.get(name="ann")
    before = list(Label.objects.order_by("comparison").values_list("votes", flat=True))
    removal = remove("person", "withdraw", ann.pk)
    assert counts(project)["judgments"]["people"] == 4
    assert removal.report["counts"] == {"judges": 1, "judgments": 4, "labels": 4}
    after = list(Label.objects.order_by("comparison").values_list("votes", flat=True))
    assert len(after) == len(before) == 4
    assert after != before
    assert report(project)["agreement"]["people"]["people"] < 2
    remove("person", "restore", ann.pk)
    assert list(Label.objects.order_by("comparison").values_list("votes", flat=True)) == before


def test_a_label_that_only_a_withdrawn_person_made_is_gone(project, remove):
    member = MembershipFactory(project=project)
    judge = judge_of(member.user, project)
    comparison = ComparisonFactory(project=project, votes_wanted=1)
    JudgmentFactory(comparison=comparison, judge=judge, person=member.user, round=project.current_round)
    refresh_project(project)
    assert comparison.labels.exists()
    remove("person", "withdraw", judge.pk)
    assert not comparison.labels.exists()
    item = QueueItem.objects.get(comparison=comparison)
    assert (item.held, item.is_open) == (0, True)
    assert refresh_project(project) == 0


def test_a_withdrawn_person_is_asked_nothing_until_they_are_restored(project, remove):
    member, paused = MembershipFactory(project=project), MembershipFactory(project=project, paused="2026-01-01T00:00Z")
    judges = [judge_of(each.user, project).pk for each in (member, paused)]
    remove("person", "withdraw", *judges)
    assert Membership.objects.filter(project=project, paused=None).count() == 0
    remove("person", "restore", *judges)
    assert Membership.objects.get(project=project, paused=None) == member


def test_repeated_work_is_counted_once(project, remove):
    prompt = project.prompts.first()
    first = remove("prompt", "withdraw", prompt.pk)
    second = remove("prompt", "withdraw", prompt.pk)
    assert not any(second.report.get("counts", {}).values())
    assert first.report["counts"]["prompts"] == 1


def test_who_asked_and_what_came_of_it_is_in_the_audit_log(project, remove):
    member = MembershipFactory(project=project, role=Role.OWNER)
    removal = remove("prompt", "withdraw", project.prompts.first().pk, by=member.user, reason="They asked for it.")
    events = AuditEvent.objects.filter(verb__startswith="removal.").order_by("pk")
    assert [each.verb for each in events] == ["removal.ask", "removal.done"]
    assert {each.target for each in events} == {str(removal.public)}
    assert {each.actor for each in events} == {member.user}
    assert "They asked" not in str([each.detail for each in events])


def test_what_cannot_be_done_is_said(project, remove):
    stranger = ComparisonFactory()
    with pytest.raises(PrefereeError, match="Nothing of this is in the project"):
        ask(project, "prompt", "withdraw", [stranger.prompt_id])
    with pytest.raises(PrefereeError, match="has no content of its own"):
        ask(project, "comparison", "erase", [Comparison.objects.filter(project=project).first().pk])
    assert not Removal.objects.exists()


def test_a_removal_that_is_done_is_not_done_again(project, remove):
    prompt = project.prompts.first()
    withdrawn = remove("prompt", "withdraw", prompt.pk)
    remove("prompt", "restore", prompt.pk)
    run = run_here(run_again(withdrawn.run))
    assert (run.state, "done already" in run.error) == ("failed", True)
    prompt.refresh_from_db()
    assert prompt.withdrawn is None
