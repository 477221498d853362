"""A forgotten password: somebody asks, a worker writes an e-mail with a link, the link sets a new one, once.

A row is written whether or not the address belongs to anybody, and nothing that takes time happens before the answer.
The message of the broker carries the row's number alone; what it misses the sweep sends.
"""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from core.accounts import change_password
from core.mailing import AddressRefused, MailAway, deliver, is_away, note_away, sends_mail
from core.models import PasswordReset, User
from core.schedules.links import public

log = logging.getLogger(__name__)
LONGEST_TRY = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
KEPT = timedelta(days=1)
VOID = "This link sets no password any more: it was used, or it is older than an hour. Ask for a new one."


@transaction.atomic
def ask(email: str) -> PasswordReset:
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    reset = PasswordReset.objects.create(user=user)
    transaction.on_commit(lambda: _ring(reset.pk))
    return reset


def _ring(pk: int) -> None:
    if not settings.CELERY_BROKER_URL:
        return
    from kombu.exceptions import OperationalError as BrokerAway

    from core.tasks import send_reset

    try:
        send_reset.apply_async([pk])
    except BrokerAway as error:
        log.warning("The broker does not answer, so the sweep sends what was asked for: %s", error)


def send_all() -> None:
    """Whatever was not sent yet; the first message that the server does not take ends the round, and a minute's."""
    PasswordReset.objects.filter(asked__lt=Now() - KEPT).delete()
    waiting = PasswordReset.objects.filter(sent=None, error="", asked__gte=Now() - LONGEST_TRY)
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        if not send(pk):
            return


def send(pk: int) -> bool:
    """Once; False where the mail server is away, so that the row waits for the sweep.

    A worker without one leaves the row to the others: printed, the link would stand in its log.
    """
    if is_away() or not sends_mail():
        return False
    try:
        _send(pk)
    except MailAway as away:
        note_away(away)
        return False
    return True


@transaction.atomic
def _send(pk: int) -> None:
    """The mark and the message are one: where the message cannot be sent, the mark is taken back."""
    if not PasswordReset.objects.filter(pk=pk, sent=None, error="").update(sent=Now()):
        return
    user = PasswordReset.objects.select_related("user").get(pk=pk).user
    if user is None or not user.is_active:
        return
    try:
        deliver(user.email, "Set a new password for Preferee", _paragraphs(user))
    except AddressRefused as refused:
        PasswordReset.objects.filter(pk=pk).update(error=str(refused))


def _paragraphs(user: User) -> list[str]:
    page = reverse("reset", args=[user.public, default_token_generator.make_token(user)])
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    return [
        "Somebody asked for a new password for your account. Open this link to set one:",
        public(page),
        f"It works once, for {minutes} minutes. If it was not you, do nothing: your password stays as it is.",
    ]


def person_of(person: UUID | str, token: str) -> User | None:
    """Whose password the link may set; None where it is used, too old or made up."""
    try:
        user = User.objects.filter(public=person, is_active=True).first()
    except (ValueError, ValidationError):
        return None
    return user if user is not None and default_token_generator.check_token(user, token) else None


@transaction.atomic
def set_password(person: UUID | str, token: str, password: str) -> User | None:
    """The person, whose other sessions have ended; None where the link was used in the meantime."""
    User.objects.select_for_update().filter(public=person).first()
    user = person_of(person, token)
    if user is not None:
        change_password(user, password, how="e-mail")
    return user
