"""When a run of a schedule fails, or cannot start, those who answer for it get one e-mail."""

import threading
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from core.models import Project, Role, Run, RunState, Schedule, User
from core.runs.actions import run_here
from core.runs.steps import PermanentError
from core.schedules.firing import fire
from core.schedules.telling import recipients, tell_all
from core.tasks import sweep
from tests.core.schedules.conftest import night
from tests.core.views.markup import PAYLOADS
from tests.factories import MembershipFactory, RecipeFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def owner(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.OWNER, user=UserFactory(email="olga@example.org")).user


@pytest.fixture
def failed(scheduled, project, owner) -> Callable[..., Run]:
    """A run of the schedule that has failed; nobody knows."""

    def made(**said: object) -> Run:
        schedule = said.pop("schedule", None) or scheduled()
        facts = {"state": "failed", "error": "judge: It broke.", "finished": timezone.now(), "due": night(1), **said}
        recipe = RecipeFactory(project=project, name="nightly", version=3)
        return RunFactory(project=project, schedule=schedule, recipe=recipe, **facts)

    return made


def test_the_message_says_what_when_why_and_where_to_look(failed, project, settings):
    settings.PUBLIC_URL = "https://preferee.example"
    Project.objects.filter(pk=project.pk).update(name="Helpful", time_zone="Europe/Zurich")
    run = failed()
    tell_all()
    (sent,) = mail.outbox
    assert sent.subject == "Helpful: The run of “Nightly” failed"
    assert sent.to == ["olga@example.org"]
    assert sent.from_email == settings.DEFAULT_FROM_EMAIL
    lines = sent.body.splitlines()
    assert "Due:    1 May 2031, 04:00 (Europe/Zurich)" in lines
    assert "Recipe: nightly, version 3" in lines
    assert "Reason: judge: It broke." in lines
    assert any(line.startswith("Look:   https://preferee.example/p/p/") for line in lines)
    run.refresh_from_db()
    assert run.told is not None


def test_it_is_sent_once(failed):
    failed()
    for _ in range(3):
        tell_all()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_many_who_tell_at_once_send_one(failed):
    failed()
    gate = threading.Barrier(5)

    def work() -> None:
        try:
            gate.wait(timeout=20)
            tell_all()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("state", [state for state in RunState.values if state != "failed"])
def test_nothing_is_sent_of_a_run_that_has_not_failed(failed, state):
    failed(state=state)
    tell_all()
    assert mail.outbox == []


def test_nothing_is_sent_of_a_run_that_a_person_started_or_that_failed_long_ago(failed, project):
    RunFactory(project=project, state="failed", finished=timezone.now())
    failed(finished=timezone.now() - timedelta(days=2))
    tell_all()
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_the_end_of_the_run_tells_at_once(scheduled, owner, prompts, step):
    prompts(1)
    run = fire(scheduled().pk, night(1))

    def refuse(batch: object) -> None:
        raise PermanentError("The judge refused the key. Set JUDGE_KEY.")

    step.before = refuse
    assert run_here(run).state == RunState.FAILED
    (sent,) = mail.outbox
    assert "Reason: scripted: The judge refused the key. Set JUDGE_KEY." in sent.body


def test_a_run_that_could_not_start_is_told_of_by_the_sweep(scheduled, owner):
    schedule = scheduled()
    Schedule.objects.filter(pk=schedule.pk).update(recipe="gone")
    fire(schedule.pk, night(1))
    for _ in range(2):
        sweep()
    (sent,) = mail.outbox
    assert sent.subject == "p: “Nightly” could not start its run"
    assert "could not start: There is no recipe “gone”." in sent.body


@pytest.mark.parametrize("failure", [ConnectionRefusedError("no"), TimeoutError("slow")])
def test_a_mail_server_that_is_away_costs_a_retry(failed, scheduled, monkeypatch, failure, caplog):
    run, waiting = failed(), scheduled(name="Waiting")
    Schedule.objects.filter(pk=waiting.pk).update(untold=True, note="It could not start.")
    tries: list[int] = []

    def away(message: object) -> None:
        tries.append(1)
        raise failure

    with monkeypatch.context() as down:
        down.setattr("core.schedules.telling.EmailMessage.send", away)
        sweep()
    run.refresh_from_db()
    waiting.refresh_from_db()
    assert (run.told, waiting.untold, len(tries)) == (None, True, 1), "the first that fails ends the round"
    assert "The mail server did not take a message" in caplog.text
    sweep()
    assert mail.outbox == [], "it is not asked again at once"
    cache.clear()
    sweep()
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    "refusal", [SMTPRecipientsRefused({"olga@example.org": (550, b"no such user")}), ValueError("Invalid address")]
)
def test_addresses_that_are_refused_are_not_asked_for_ever(failed, monkeypatch, caplog, refusal):
    run = failed()

    def refuse(message: object) -> None:
        raise refusal

    monkeypatch.setattr("core.schedules.telling.EmailMessage.send", refuse)
    tell_all()
    run.refresh_from_db()
    assert run.told is not None
    assert "Nobody could be told of “Nightly”" in caplog.text


def test_who_is_told(project):
    cast = {role: MembershipFactory(project=project, role=role).user for role in Role.values}
    inactive = UserFactory(is_active=False)
    MembershipFactory(project=project, role=Role.OWNER, user=inactive)
    MembershipFactory(role=Role.OWNER)
    always = {cast["owner"].email, cast["manager"].email}
    assert set(recipients(project, None)) == always
    assert set(recipients(project, cast["owner"])) == always
    assert set(recipients(project, cast["reviewer"])) == always | {cast["reviewer"].email}
    staff = UserFactory(is_staff=True)
    assert set(recipients(project, staff)) == always | {staff.email}


@pytest.mark.parametrize("left", ["annotator", None])
def test_a_maker_who_may_no_longer_read_the_project_is_not_told(project, left):
    maker = UserFactory()
    if left:
        MembershipFactory(project=project, role=left, user=maker)
    assert recipients(project, maker) == []


def test_where_nobody_is_to_be_told_nothing_is_tried_again(failed, project):
    run = failed()
    project.memberships.all().delete()
    tell_all()
    run.refresh_from_db()
    assert (mail.outbox, run.told is not None) == ([], True)


@pytest.mark.parametrize("payload", ["two\nlines", "a\r\nBcc: eve@example.org", "tab\tbed", *PAYLOADS[:9]])
def test_names_and_errors_stay_on_their_line(failed, project, scheduled, payload):
    Project.objects.filter(pk=project.pk).update(name=payload[:200])
    schedule = scheduled()
    Schedule.objects.filter(pk=schedule.pk).update(name=payload[:80])
    failed(schedule=schedule, error=f"{payload}\nLook: https://evil.example")
    tell_all()
    (sent,) = mail.outbox
    assert "\n" not in sent.subject
    assert "\r" not in sent.subject
    headers = sent.message().as_string().split("\n\n")[0]
    assert "Bcc" not in [line.split(":")[0] for line in headers.splitlines()]
    assert sum(line.startswith("Look:") for line in sent.body.splitlines()) == 1
    assert sent.content_subtype == "plain"
