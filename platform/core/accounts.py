"""What somebody changes about their own account, and what an account loses when it is switched off."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.db.models.signals import post_save

from core import audit
from core.models import ApiToken, Session, User


@transaction.atomic
def change_identity(user: User, *, name: str, email: str) -> None:
    """Links that set a new password and went to the old address are void afterwards. The audit log names no address."""
    what = [field for field, value in (("name", name), ("email", email)) if getattr(user, field) != value]
    user.name, user.email = name, email
    user.save(update_fields=["name", "email"])
    if what:
        audit.record("account.change", project=None, actor=user, target=str(user.public), fields=what)


@transaction.atomic
def change_look(user: User, *, theme: str, keys: bool) -> None:
    user.theme, user.keys = theme, keys
    user.save(update_fields=["theme", "keys"])


@transaction.atomic
def change_password(user: User, password: str, *, how: str = "account") -> None:
    """All sessions end: whoever changes it in one has to renew that one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    Session.objects.filter(user=user).delete()
    audit.record("password.change", project=None, actor=user, target=str(user.public), how=how)


@transaction.atomic
def end_sessions(sessions: QuerySet[Session], *, by: User) -> int:
    """The sessions of a queryset; whoever uses one of them is asked to log in with the next click."""
    ended, _ = sessions.filter(user=by).delete()
    if ended:
        audit.record("session.end", project=None, actor=by, target=str(by.public), ended=ended)
    return int(ended)


@transaction.atomic
def shut_out(user: User) -> None:
    """Nothing that let this person in does so any more, not even if the account is switched on again."""
    Session.objects.filter(user=user).delete()
    ApiToken.objects.filter(user=user, revoked=None).update(revoked=Now())


def listen() -> None:
    post_save.connect(_saved, sender=User, dispatch_uid="core.accounts")


def _saved(instance: User, created: bool, **_: Any) -> None:
    if not created and not instance.is_active:
        shut_out(instance)
