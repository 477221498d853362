"""Who logs in and out, whatever page or program does it. Failed logins are recorded where they are counted."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from core import audit
from core.models import User
from core.origins import address_of


def connect() -> None:
    user_logged_in.connect(_logged_in, dispatch_uid="audit logins")
    user_logged_out.connect(_logged_out, dispatch_uid="audit logouts")


def _logged_in(sender: Any, *, request: HttpRequest | None, user: User, **_: Any) -> None:
    """From where, as far as it is known: a program that logs somebody in may have no request."""
    where = {} if request is None else {"address": address_of(request)}
    audit.record("login", project=None, actor=user, target=str(user.public), **where)


def _logged_out(sender: Any, *, user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record("logout", project=None, actor=user, target=str(user.public))
