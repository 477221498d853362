"""One world a file, since it takes longer to make than what is asked of it."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.urls.world import World, made


@pytest.fixture(scope="module")
def world_of_the_file(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield made(tmp_path_factory.mktemp("world"))
        transaction.set_rollback(True)


@pytest.fixture
def world(world_of_the_file: World, db: None) -> World:
    """Begun by the file, and within a transaction of each test."""
    return world_of_the_file
