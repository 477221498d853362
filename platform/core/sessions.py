"""Sessions as rows that know whose they are, so that a person can see and end them."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.http import Answer
from core.models import Session, User
from core.origins import address_of, browser_in_words
from core.permissions import project_of_session
from core.rows import Ask, Columns, ask, ask_together, split

SESSION, PERSON = Columns(Session, "s"), Columns(User, "u")
LIVE = f"""
SELECT {SESSION}, {PERSON} FROM core_session s LEFT JOIN core_user u ON u.id = s.user_id
 WHERE s.session_key = %s AND s.expire_date > %s
"""
BY_ID = f"SELECT {PERSON} FROM core_user u WHERE u.id = %s"
# A page costs no write for this, but the first after so long.
BETWEEN_NOTES = timedelta(minutes=5)
# Whose the session is that this request has read, until somebody asks.
_read_along: ContextVar[User | None] = ContextVar("read along with the session", default=None)


class SessionStore(DatabaseStore):
    """`row` is what was read; a save changes only what a request may change of it.

    `slug` names the project that the page is about, which is read along.
    """

    row: Session | None = None
    slug = ""
    origin: tuple[str, str] | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        asked: list[Ask] = [(LIVE, [self.session_key, timezone.now()])]
        if self.slug:
            asked.append(project_of_session(str(self.session_key), self.slug))
        rows, *projects = ask_together(*asked)
        self.row, person = split(rows[0], SESSION, PERSON) if rows else (None, None)
        if person is not None and projects:
            person.read_along = {self.slug: projects[0]}
        _read_along.set(person)
        if self.row is None:
            self._session_key = None
        return self.row

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        return dict(_decoded(session_data))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        row.user_id = data.get(SESSION_KEY)
        if self.row is not None and self.row.user_id and str(self.row.user_id) == row.user_id:
            # The key changes with the password, and it is the same login.
            row.created, row.address, row.browser = self.row.created, self.row.address, self.row.browser
        if self.origin is not None:
            row.address, row.browser = self.origin
        return row

    def save(self, must_create: bool = False) -> None:
        if must_create or self.session_key is None:
            return super().save(must_create)
        row = self.create_model_instance(self._get_session())  # type: ignore[attr-defined]
        changes = {"session_data": row.session_data, "expire_date": row.expire_date, "user_id": row.user_id}
        if self.origin is not None:
            changes |= {"address": row.address, "browser": row.browser}
        if not Session.objects.filter(pk=row.pk).update(**changes):
            raise UpdateError("The session was ended in the meantime.")
        return None


@lru_cache(maxsize=1_000)
def _decoded(session_data: bytes | str) -> Mapping[str, Any]:
    """A text says the same whenever it is read; whether its session still stands is read each time."""
    return DatabaseStore().decode(session_data)


class People(ModelBackend):
    """Who is logged in, by what the session says."""

    def get_user(self, user_id: Any) -> User | None:
        person = _read_along.get()
        if person is None or person.pk != int(user_id):
            person = next((PERSON.made(row) for row in ask(BY_ID, [int(user_id)])), None)
        return person if person is not None and self.user_can_authenticate(person) else None


class LastUsed:
    """Notes when and from where a session was used, once in some minutes; a request without one costs nothing."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self.get_response(request)
        finally:
            _read_along.set(None)
        row: Session | None = getattr(request.session, "row", None)
        if row is not None and row.user_id and row.last_used < timezone.now() - BETWEEN_NOTES:
            used = {"last_used": timezone.now(), "address": address_of(request), "browser": browser_in_words(request)}
            Session.objects.filter(pk=row.pk).update(**used)
        return response


def listen() -> None:
    user_logged_in.connect(_note_origin, dispatch_uid="core.sessions")


def _note_origin(request: HttpRequest, **_: Any) -> None:
    request.session.origin = address_of(request), browser_in_words(request)  # type: ignore[attr-defined]


def live_sessions(user: User) -> QuerySet[Session]:
    return Session.objects.filter(user=user, expire_date__gt=timezone.now())
