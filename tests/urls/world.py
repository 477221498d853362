"""Two projects and everybody: the same for each case, whatever the one before it did."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from annotate.queue.reservations import take_next
from core.models import Project, Role, SavedFilter, User
from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from tests.urls.things import belongings_of, things_of


@dataclass(frozen=True)
class World:
    project: Project
    people: Mapping[str, User]
    sessions: Mapping[str, str]
    ids: Mapping[str, Any]
    foreign: Mapping[str, Any]
    files: Mapping[Path, bytes]

    @contextmanager
    def visited(self, principal: str, **options: Any) -> Iterator[Client]:
        """By somebody whose every trace is gone afterwards: rows, files and what was remembered of them."""
        client = Client(**options)
        if principal in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[principal]
        with transaction.atomic():
            yield client
            connection.check_constraints()
            transaction.set_rollback(True)
        cache.clear()
        for path, content in self.files.items():
            if not path.is_file() or path.read_bytes() != content:
                path.write_bytes(content)


def made(folder: Path) -> World:
    project, other = ProjectFactory(), ProjectFactory()
    people = {role: MembershipFactory(project=project, role=role).user for role in Role.values}
    people |= {"outsider": MembershipFactory(project=other).user, "staff": UserFactory(is_staff=True)}
    ids, foreign = (things_of(where, _below(folder, where.slug)) for where in (project, other))
    ids |= belongings_of(people["owner"])
    for things, where, whose in ((ids, project, people["owner"]), (foreign, other, people["outsider"])):
        saved = SavedFilter.objects.create(project=where, user=whose, table="prompts", name="mine", query="q=x")
        things["saved"] = saved.public
    take_next(people["annotator"], project)
    take_next(people["outsider"], other)
    files = {path: path.read_bytes() for of in (folder, settings.HOME) for path in of.rglob("*") if path.is_file()}
    return World(project, people, {name: _login(person) for name, person in people.items()}, ids, foreign, files)


def _below(folder: Path, name: str) -> Path:
    below = folder / name
    below.mkdir()
    return below


def _login(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
