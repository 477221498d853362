"""Who logs in and out, whatever page or program does it. Failed logins are recorded where they are counted."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out

from core import audit
from core.models import User


def connect() -> None:
    user_logged_in.connect(_logged_in, dispatch_uid="audit logins")
    user_logged_out.connect(_logged_out, dispatch_uid="audit logouts")


def _logged_in(sender: Any, *, user: User, **_: Any) -> None:
    audit.record("login", project=None, actor=user, target=str(user.public))


def _logged_out(sender: Any, *, user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record("logout", project=None, actor=user, target=str(user.public))
