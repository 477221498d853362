"""Failed tries, counted in the audit log, where every server process sees them.

Three things are counted: an account from one address, an account from anywhere, an address over all accounts. An event
names them by marks, for what was typed into a field may be a password.
"""

from datetime import timedelta
from math import ceil
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core import audit
from core.models import AuditEvent
from core.origins import address_of, neighbourhood

WINDOW = timedelta(minutes=15)


class Limits(NamedTuple):
    """How many of an event, within the window, close the door."""

    verb: str
    pair: int
    account: int
    address: int


LOGINS = Limits("login.failed", pair=10, account=20, address=40)
RESETS = Limits("password.reset_asked", pair=3, account=5, address=20)
GUESSES = Limits("secret.guessed", pair=20, account=20, address=20)


def seconds_to_wait(request: HttpRequest, limits: Limits, account: str = "") -> int:
    """Until the door is open again for this account at this address; 0 where it is."""
    recent, marks = _recent(limits.verb), _marks(request, account)
    of = {"address": Q(detail__neighbourhood=marks["neighbourhood"])}
    if account:
        of |= {"pair": Q(target=marks["pair"]), "account": Q(detail__account=marks["account"])}
    counted = recent.aggregate(**{name: Count("pk", filter=mark) for name, mark in of.items()})
    most = {name: getattr(limits, name) for name in of}
    return max((_until(recent.filter(of[name]), most[name]) for name in of if counted[name] >= most[name]), default=0)


def _recent(verb: str) -> QuerySet[AuditEvent]:
    """By the index of project and time: of an attack, the limits let no more than a few rows into the window."""
    return AuditEvent.objects.filter(project=None, at__gte=timezone.now() - WINDOW, verb=verb)


def _until(events: QuerySet[AuditEvent], most: int) -> int:
    """Whole seconds until so many of them are old that another try may be made."""
    nth = events.order_by("-at").values_list("at", flat=True)[most - 1 : most].first()
    return max(1, ceil((nth + WINDOW - timezone.now()).total_seconds())) if nth else 0


def record_try(request: HttpRequest, limits: Limits, account: str = "") -> None:
    marks, address = _marks(request, account), address_of(request)
    audit.record(limits.verb, project=None, actor=None, target=marks.pop("pair"), address=address, **marks)


def _marks(request: HttpRequest, account: str) -> dict[str, str]:
    account, address = account.strip().lower(), neighbourhood(address_of(request))
    return {
        "pair": _mark("login", f"{account}\n{address}"),
        "account": _mark("login account", account),
        "neighbourhood": _mark("login address", address),
    }


def _mark(what: str, text: str) -> str:
    return salted_hmac(what, text).hexdigest()[:32]


def wait_in_words(seconds: int) -> str:
    minutes = ceil(seconds / 60)
    return f"Wait {minutes} minute{pluralize(minutes)}, then try again."
