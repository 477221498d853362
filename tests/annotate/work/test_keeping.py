"""Drafts, the next comparison ahead of time, undo and flags, as the work page asks for them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, Flag, GuidelinesRead, QueueItem
from annotate.own.revising import revise
from annotate.queue.items import lock
from annotate.queue.reservations import take_ahead, take_next
from annotate.queue.seats import free
from annotate.review.flags import contest, flag, resolve
from annotate.work import drafts, undo
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from annotate.work.drafts import save_draft
from annotate.work.undo import undo_last
from core.errors import Conflict, PrefereeError
from core.models import AuditEvent, Comparison, Judgment, Label, Project, Status, User
from core.questions import current, last_seen, mark_of, publish
from core.signals import comparisons_removed
from tests.core.views.conftest import logged_in
from tests.factories import ComparisonFactory

WORK = "/p/helpful/work"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def held(project: Project, ada: User) -> Assignment:
    ComparisonFactory.create_batch(3, project=project)
    return take_next(ada, project).assignment


def post(client: Client, held: Assignment, verb: str, **data: Any) -> HttpResponse:
    headers = {**HTMX, "X-Person": data.pop("person", "")} if "person" in data else HTMX
    return client.post(f"{WORK}/{held.comparison.public}{verb}", data, headers=headers)


def milliseconds(ago: int) -> str:
    return str(int((timezone.now() - timedelta(seconds=ago)).timestamp() * 1000))


def answered(person: User, project: Project, choice: str = "a3") -> Judgment:
    assignment = take_next(person, project).assignment
    given = Answer(assignment.client_id, {"main": [choice], "rationale": ["Why not."]})
    return submit_judgment(assignment.comparison, given, by=person)


def test_a_draft_is_kept_on_the_reservation_and_is_no_judgment(as_ada: Client, held: Assignment) -> None:
    response = post(as_ada, held, "/draft", main="a2", rationale="Half a", changed=milliseconds(1))
    assert set(response.json()) == {"saved"}
    held.refresh_from_db()
    assert held.draft == {"main": ["a2"], "rationale": ["Half a"]}
    assert not Judgment.objects.exists()
    html = as_ada.get(WORK).content.decode()
    assert "Half a</textarea>" in html
    assert "saved <time" in html


def test_a_draft_comes_back_when_its_comparison_is_offered_again(
    as_ada: Client, held: Assignment, ada: User, project: Project
) -> None:
    post(as_ada, held, "/draft", main="a2", rationale="Half a", changed=milliseconds(1))
    with transaction.atomic():
        free([held.pk], AssignmentState.LAPSED)
    QueueItem.objects.exclude(pk=held.comparison_id).update(wanted=0)
    again = take_next(ada, project).assignment
    assert again is not None
    assert (again.comparison, again.draft) == (held.comparison, {"main": ["a2"], "rationale": ["Half a"]})
    assert again.draft_saved is not None
    html = as_ada.get(WORK).content.decode()
    assert "Half a</textarea>" in html


def test_an_older_draft_never_replaces_a_newer_one(as_ada: Client, held: Assignment) -> None:
    post(as_ada, held, "/draft", main="b1", changed=milliseconds(10))
    older = post(as_ada, held, "/draft", main="a1", changed=milliseconds(20))
    assert older.status_code == 409
    assert "A newer draft of this answer is kept" in older.json()["error"]
    held.refresh_from_db()
    assert held.draft == {"main": ["b1"]}


def test_a_clock_that_is_ahead_cannot_lock_a_draft(as_ada: Client, held: Assignment) -> None:
    post(as_ada, held, "/draft", main="b1", changed=milliseconds(-86_400))
    assert post(as_ada, held, "/draft", main="a1", changed=milliseconds(-86_400)).status_code == 200
    held.refresh_from_db()
    assert held.draft_saved <= timezone.now()


def test_a_draft_has_a_longest_size(held: Assignment) -> None:
    with pytest.raises(PrefereeError, match="longer than 400,000 characters"):
        save_draft(held, {"rationale": ["x" * drafts.LONGEST_DRAFT]})


def test_only_the_holder_keeps_a_draft(held: Assignment, bruno: User) -> None:
    assert post(logged_in(bruno), held, "/draft", main="a1").status_code == 403


def test_a_draft_renews_the_reservation_of_what_is_held(held: Assignment) -> None:
    Assignment.objects.update(expires=timezone.now() + timedelta(seconds=5))
    save_draft(held, {"main": ["a1"]})
    held.refresh_from_db()
    assert held.expires > timezone.now() + timedelta(minutes=20)


def test_an_answer_and_a_skip_take_the_draft_away(held: Assignment, ada: User, project: Project) -> None:
    save_draft(held, {"main": ["a1"]})
    submit_judgment(held.comparison, Answer(held.client_id, {"main": ["a1"]}), by=ada)
    other = take_next(ada, project).assignment
    save_draft(other, {"main": ["a1"]})
    skip(other.comparison, Skip(other.client_id, "broken"), by=ada)
    assert set(Assignment.objects.filter(state__in=("done", "skipped")).values_list("draft", flat=True)) == {None}
    with pytest.raises(Conflict, match="answered or skipped already"):
        save_draft(held, {"main": ["b1"]})


def test_erasing_leaves_no_draft_and_no_reason(held: Assignment, ada: User, project: Project) -> None:
    save_draft(held, {"rationale": ["quoted text"]})
    flag(held.comparison, "quoted text", by=ada)
    ids = [held.comparison_id]
    comparisons_removed.send(None, project=project, comparison_ids=ids, erased=True)
    assert not Assignment.objects.filter(comparison=held.comparison).exists()
    assert Flag.objects.get().reason == ""


def test_a_page_of_one_person_takes_nothing_from_another(as_ada: Client, held: Assignment, bruno: User) -> None:
    theirs = post(as_ada, held, "", person=str(bruno.public), client_id=str(uuid4()), main="a1")
    assert theirs.status_code == 401
    assert not Judgment.objects.exists()


def test_the_next_one_comes_ahead_and_is_held_once_it_is_shown(
    as_ada: Client, held: Assignment, ada: User, project: Project
) -> None:
    response = as_ada.get(f"{WORK}/ahead", headers=HTMX)
    ahead = Assignment.objects.get(state=AssignmentState.AHEAD)
    assert f'data-client="{ahead.client_id}"' in response.content.decode()
    assert 0 < int(response["X-Reserved-Seconds"]) <= 90
    sent = post(as_ada, held, "", client_id=str(held.client_id), main="a1", shown=str(ahead.client_id))
    html = sent.content.decode()
    assert 'id="progress"' in html
    assert "answer-form" not in html
    ahead.refresh_from_db()
    assert ahead.state == AssignmentState.HELD


def test_a_page_that_shows_another_one_gets_the_one_that_is_held(as_ada: Client, held: Assignment) -> None:
    html = post(as_ada, held, "", client_id=str(held.client_id), main="a1", shown=str(uuid4())).content.decode()
    assert f'data-client="{Assignment.objects.get(state="held").client_id}"' in html


def test_what_is_ahead_can_be_answered_before_the_server_knows_that_it_is_shown(
    as_ada: Client, held: Assignment, ada: User, project: Project
) -> None:
    ahead = take_ahead(ada, project).assignment
    assert post(as_ada, ahead, "", client_id=str(ahead.client_id), main="a1", shown="-").status_code == 200
    assert Judgment.objects.get().status == Status.SUBMITTED
    assert QueueItem.objects.get(comparison=ahead.comparison).held == 1


def test_the_time_that_an_answer_waited_for_the_network_is_not_counted(as_ada: Client, held: Assignment) -> None:
    Assignment.objects.update(shown=timezone.now() - timedelta(seconds=100))
    post(as_ada, held, "", client_id=str(held.client_id), main="a1", late_ms="90000", active_ms="99000")
    judgment = Judgment.objects.get()
    assert 9_000 <= judgment.wall_ms < 90_000
    assert judgment.active_ms == judgment.wall_ms


def test_undo_brings_the_answer_back_as_a_draft(ada: User, project: Project, held: Assignment) -> None:
    first = answered(ada, project, "b2")
    following = take_next(ada, project).assignment
    back = undo_last(ada, project)
    first.refresh_from_db()
    following.refresh_from_db()
    assert (first.live, back.state, following.state) == (False, AssignmentState.HELD, AssignmentState.AHEAD)
    assert back.draft == {"main": ["b2"], "rationale": ["Why not."]}
    assert back.client_id != first.client_id
    assert not Label.objects.filter(comparison=first.comparison, ranks__isnull=False).exists()
    assert take_next(ada, project).assignment.pk == back.pk
    assert AuditEvent.objects.filter(verb="judgment.undo", actor=ada).exists()
    again = answered(ada, project, "a1")
    assert (again.revises, again.live) == (first, True)
    assert take_next(ada, project).assignment.pk == following.pk
    assert QueueItem.objects.get(comparison=first.comparison).held == 1


def test_undo_goes_one_step_back(ada: User, project: Project, held: Assignment) -> None:
    answered(ada, project)
    answered(ada, project)
    undo_last(ada, project)
    with pytest.raises(Conflict, match="This is the answer that you took back"):
        undo_last(ada, project)


def test_with_nothing_to_undo_there_is_a_sentence(as_ada: Client, held: Assignment) -> None:
    response = as_ada.post(f"{WORK}/undo", headers=HTMX)
    assert response.status_code == 409
    assert "There is nothing to take back" in response.content.decode()


def test_a_skip_is_taken_back_where_its_place_is_free(
    ada: User, bruno: User, project: Project, held: Assignment
) -> None:
    skip(held.comparison, Skip(held.client_id, "language"), by=ada)
    assert undo_last(ada, project).draft is None
    assert QueueItem.objects.get(comparison=held.comparison).held == 1
    skip(held.comparison, Skip(Assignment.objects.get(pk=held.pk).client_id, "language"), by=ada)
    QueueItem.objects.filter(comparison=held.comparison).update(held=1)
    with pytest.raises(Conflict, match="Others have taken this comparison meanwhile"):
        undo_last(ada, project)
    assert Judgment.objects.filter(live=True, status=Status.SKIPPED).count() == 1


def test_another_persons_answer_is_not_taken_back(ada: User, bruno: User, project: Project, held: Assignment) -> None:
    answered(ada, project)
    with pytest.raises(Conflict, match="nothing to take back"):
        undo_last(bruno, project)


def test_what_lapses_before_undo_has_its_lock_is_not_held_again(
    ada: User, project: Project, held: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(ada, project)
    following = take_next(ada, project).assignment

    def first_lapse(comparisons: list[int]) -> None:
        free([following.pk], AssignmentState.LAPSED)
        lock(comparisons)

    monkeypatch.setattr(undo, "lock", first_lapse)
    undo_last(ada, project)
    following.refresh_from_db()
    assert following.state == AssignmentState.LAPSED
    assert QueueItem.objects.get(comparison=following.comparison).held == 0


def test_an_answer_that_is_changed_in_another_tab_is_not_taken_back_unseen(
    ada: User, project: Project, held: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answered(ada, project)

    def first_change(comparisons: list[int]) -> None:
        revise(before.comparison, Answer(uuid4(), {"main": ["b2"]}), after=before.client_id, by=ada)
        lock(comparisons)

    monkeypatch.setattr(undo, "lock", first_change)
    with pytest.raises(Conflict, match="changed at this very moment"):
        undo_last(ada, project)
    assert QueueItem.objects.get(comparison=before.comparison).held == 1
    assert Judgment.objects.filter(live=True).count() == 1


def test_a_flag_is_stored_once_with_the_last_reason(as_ada: Client, held: Assignment, ada: User) -> None:
    assert post(as_ada, held, "/flag", reason="broken").json() == {"said": "Flagged"}
    post(as_ada, held, "/flag", words="It is\r\nodd.")
    row = Flag.objects.get()
    assert (row.person, row.kind, row.reason) == (ada, "flag", "It is\nodd.")
    assert AuditEvent.objects.filter(verb="flag.raise").count() == 1


@pytest.mark.parametrize("words", ["", " ", "x" * 2_001, "a\0b"])
def test_a_flag_wants_a_reason(as_ada: Client, held: Assignment, words: str) -> None:
    assert post(as_ada, held, "/flag", words=words).status_code == 422


def test_without_javascript_a_refused_flag_is_a_page_with_the_sentence(as_ada: Client, held: Assignment) -> None:
    response = as_ada.post(f"/p/helpful/work/{held.comparison.public}/flag", {"words": ""})
    assert (response.status_code, "Say why in a few words" in response.content.decode()) == (409, True)
    assert response["Content-Type"].startswith("text/html")
    assert not Flag.objects.exists()


def test_a_flag_is_resolved_once(held: Assignment, ada: User, bruno: User) -> None:
    row = flag(held.comparison, "Odd.", by=ada)
    contest(held.comparison, "Wrong.", by=ada)
    resolve(row, "We keep it.", by=bruno)
    with pytest.raises(Conflict, match="Somebody has resolved this meanwhile"):
        resolve(row, "No.", by=ada)
    assert Flag.objects.filter(resolved=None).get().kind == "contest"


def test_new_guidelines_are_marked_until_they_are_opened(
    as_ada: Client, ada: User, project: Project, held: Assignment
) -> None:
    answered(ada, project)
    before = current(project)
    publish(project, guidelines="Prefer the **short** answer.", seen=mark_of(before))
    Assignment.objects.exclude(state="done").delete()
    QueueItem.objects.update(held=0)
    html = as_ada.get(WORK).content.decode()
    assert 'class="changed-mark"' in html
    assert "Changed since you last read them" in html
    version = current(project).version
    assert as_ada.post(f"{WORK}/guidelines", {"version": version}).status_code == 204
    assert GuidelinesRead.objects.get().question_set == current(project)
    assert last_seen(ada, project) == current(project)
    assert 'class="changed-mark"' not in as_ada.get(WORK).content.decode()


def test_comparisons_of_other_projects_have_no_draft_here(as_ada: Client, held: Assignment) -> None:
    other: Comparison = ComparisonFactory()
    for verb in ("/draft", "/flag"):
        assert as_ada.post(f"{WORK}/{other.public}{verb}", {"words": "x"}, headers=HTMX).status_code == 404
