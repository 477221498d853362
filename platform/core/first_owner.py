"""The first account of an installation: whoever has its terminal or its folder makes it, by a link, once."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from core import audit
from core.errors import PrefereeError
from core.given_secrets import new_secret, print_of
from core.models import User

FILE = "setup_link"
DONE = "This installation has its first account already. Log in, or ask for an invitation."


def has_nobody() -> bool:
    return not User.objects.exists()


def new_page() -> str:
    """The page that makes the first account. What the last call gave away is void."""
    secret = new_secret()
    path = Path(settings.HOME) / FILE
    beside = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(print_of(secret))
    beside.replace(path)
    return reverse("welcome", args=[secret])


def is_right(secret: str) -> bool:
    try:
        kept = (Path(settings.HOME) / FILE).read_text()
    except OSError:
        return False
    return secrets.compare_digest(kept.strip(), print_of(secret))


@transaction.atomic
def create_first_owner(*, name: str, email: str, password: str) -> User:
    """Looks after the installation. Of two who send the form at once, one gets it; the other gets a PrefereeError."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE core_user IN SHARE ROW EXCLUSIVE MODE")
    if not has_nobody():
        raise PrefereeError(DONE)
    user = User.objects.create_superuser(email, password, name=name)
    audit.record("account.first", project=None, actor=user, target=str(user.public))
    transaction.on_commit(lambda: (Path(settings.HOME) / FILE).unlink(missing_ok=True))
    return user
