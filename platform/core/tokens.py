"""Tokens by which a program acts as a person, with what that person may do at the moment."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from core import audit
from core.errors import PrefereeError
from core.given_secrets import new_secret, print_of
from core.models import ApiToken, User

START = "pref_"
SHOWN = 12
MOST_TOKENS = 50
BETWEEN_NOTES = timedelta(minutes=1)
UNKNOWN = "This token is not known here. Make a new one on your account page."
REVOKED = "This token was revoked. Make a new one on your account page."
EXPIRED = "This token has expired. Make a new one on your account page."
SWITCHED_OFF = "The account of this token is switched off. Ask whoever looks after this installation."


class TokenRefused(PrefereeError):
    """Nobody is let in by this token."""


@transaction.atomic
def create_token(user: User, name: str, *, expires: datetime | None = None) -> tuple[ApiToken, str]:
    """The token itself is the second part: it is shown once, for what we keep is its print."""
    if ApiToken.objects.filter(user=user, revoked=None).count() >= MOST_TOKENS:
        raise PrefereeError(f"You have {MOST_TOKENS} tokens. Revoke one that is no longer used, then make another.")
    secret = new_secret(START)
    token = ApiToken.objects.create(
        user=user, name=name, digest=print_of(secret), start=secret[:SHOWN], expires=expires
    )
    audit.record("token.create", project=None, actor=user, target=str(token.public))
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> None:
    """Twice is once."""
    if ApiToken.objects.filter(pk=token.pk, revoked=None).update(revoked=Now()):
        audit.record("token.revoke", project=None, actor=by, target=str(token.public))


def token_of(secret: str) -> ApiToken:
    """The live token with its user, noted as used. Raises TokenRefused with the reason."""
    token = ApiToken.objects.select_related("user").filter(digest=print_of(secret)).first()
    if token is None:
        raise TokenRefused(UNKNOWN)
    if token.revoked:
        raise TokenRefused(REVOKED)
    if token.expires and token.expires <= timezone.now():
        raise TokenRefused(EXPIRED)
    if not token.user.is_active:
        raise TokenRefused(SWITCHED_OFF)
    _note_use(token)
    return token


def _note_use(token: ApiToken) -> None:
    """At most once a minute: reading must not become writing."""
    if token.last_used is None or token.last_used < timezone.now() - BETWEEN_NOTES:
        ApiToken.objects.filter(pk=token.pk).update(last_used=Now())
