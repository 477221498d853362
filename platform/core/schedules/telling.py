"""E-mail to those who answer for a schedule when its run fails or cannot start. Sent once; a server that is away is
asked again by the sweep."""

import logging
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from core.mailing import LONGEST_SUBJECT, MailAway, is_away, note_away
from core.models import Membership, Project, Role, Run, RunState, Schedule, User
from core.schedules.clock import told_time
from core.schedules.links import page_of_run, page_of_schedule, public

log = logging.getLogger(__name__)
# What nobody could be told for so long is left to the overview.
LONGEST_TRY = timedelta(days=1)
READERS = (Role.OWNER, Role.MANAGER, Role.REVIEWER, Role.VIEWER)


def tell_all() -> None:
    """Whatever nobody was told yet; the first message that the server does not take ends the round, and a minute's."""
    if is_away():
        return
    untold = Run.objects.filter(state=RunState.FAILED, schedule__isnull=False, told=None)
    recent = untold.filter(finished__gte=Now() - LONGEST_TRY)
    try:
        for pk in recent.order_by("pk").values_list("pk", flat=True):
            _tell_of_run(pk)
        for pk in Schedule.objects.filter(untold=True).order_by("pk").values_list("pk", flat=True):
            _tell_of_schedule(pk)
    except MailAway as away:
        note_away(away)


@transaction.atomic
def _tell_of_run(pk: int) -> None:
    """The mark and the message are one: where the message cannot be sent, the mark is taken back."""
    untold = Run.objects.filter(pk=pk, state=RunState.FAILED, schedule__isnull=False, told=None)
    if not untold.update(told=Now()):
        return
    run = Run.objects.select_related("schedule__project", "schedule__created_by", "recipe").get(pk=pk)
    assert run.schedule is not None, "only runs of schedules are told of"
    due = told_time(run.due or run.created, run.project)
    facts = [
        ("Due", f"{due} ({run.project.time_zone})"),
        ("Recipe", f"{run.recipe.name}, version {run.recipe.version}"),
        ("Reason", run.error),
        ("Look", public(page_of_run(run, run.schedule))),
    ]
    _send(run.schedule, f"The run of “{run.schedule.name}” failed", facts)


@transaction.atomic
def _tell_of_schedule(pk: int) -> None:
    if not Schedule.objects.filter(pk=pk, untold=True).update(untold=False):
        return
    schedule = Schedule.objects.select_related("project", "created_by").get(pk=pk)
    facts = [("Recipe", schedule.recipe), ("Reason", schedule.note), ("Look", public(page_of_schedule(schedule)))]
    _send(schedule, f"“{schedule.name}” could not start its run", facts)


def _send(schedule: Schedule, title: str, facts: list[tuple[str, str]]) -> None:
    to = recipients(schedule.project, schedule.created_by)
    subject = " ".join(f"{schedule.project.name}: {title}".split())[:LONGEST_SUBJECT]
    lines = [f"{name + ':':<7} {' '.join(text.split())}" for name, text in facts]
    why = "You get this because you made the schedule, or because you own or manage the project."
    body = "\n".join([f"{title}.", "", *lines, "", why, ""])
    try:
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, to).send()
    except (SMTPRecipientsRefused, ValueError) as error:  # no address is one, for good; the overview says it too
        log.error("Nobody could be told of “%s”: %s", schedule.name, error)
    except OSError as error:
        raise MailAway(f"The mail server did not take a message: {error}.") from error


def recipients(project: Project, creator: User | None) -> list[str]:
    """Who made the schedule and may still read the project, and its owners and managers; nobody who is inactive."""
    members = Membership.objects.filter(project=project, user__is_active=True)
    answering = Q(role__in=(Role.OWNER, Role.MANAGER)) | Q(user=creator, role__in=READERS)
    found = set(members.filter(answering).values_list("user__email", flat=True))
    if creator is not None and creator.is_active and creator.is_staff:
        found.add(creator.email)
    return sorted(found)
