"""E-mail: whether it is set up, and what a server that is away means for those who send."""

import logging
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage

log = logging.getLogger(__name__)
CONSOLE = "django.core.mail.backends.console.EmailBackend"
LONGEST_SUBJECT = 150
# A server that refuses our account locks it where it is asked too often.
SECONDS_BETWEEN_TRIES = 60
AWAY = "mail-away"


class MailAway(Exception):
    """The mail server did not take the message; it may later."""


class AddressRefused(Exception):
    """No message will ever reach this address."""


def sends_mail() -> bool:
    """Printing messages reaches nobody."""
    return settings.EMAIL_BACKEND != CONSOLE


def is_away() -> bool:
    return bool(cache.get(AWAY))


def note_away(away: MailAway) -> None:
    cache.set(AWAY, True, SECONDS_BETWEEN_TRIES)
    log.warning("%s It is asked again in %s s.", away, SECONDS_BETWEEN_TRIES)


def deliver(to: str, subject: str, paragraphs: list[str]) -> None:
    """One message of plain text. Raises AddressRefused for good, MailAway for now."""
    subject = " ".join(subject.split())[:LONGEST_SUBJECT]
    try:
        EmailMessage(subject, "\n\n".join(paragraphs) + "\n", settings.DEFAULT_FROM_EMAIL, [to]).send()
    except (SMTPRecipientsRefused, ValueError) as error:
        raise AddressRefused("The mail server takes no message for this address.") from error
    except OSError as error:
        raise MailAway(f"The mail server did not take a message: {error}.") from error
