"""Delete a project's rows and files in bounded batches. Whoever goes on where another stopped finds the rest."""

import logging
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models

from core import audit
from core.bulk import fetch
from core.errors import PrefereeError
from core.models import Project, Prompt
from core.models.project import GOING

log = logging.getLogger(__name__)
ROWS_A_BATCH = 2_000
SECONDS_A_VISIT = 30.0
ONLY_ONE = "hashtext('preferee delete'), %s"

Key = models.ForeignKey[Any, Any]
Cleaner = Callable[[Project], None]
_cleaners: list[Cleaner] = []


def register(cleaner: Cleaner) -> None:
    """What else of a project lies outside the database. It may be asked twice."""
    _cleaners.append(cleaner)


def begin(project_id: int) -> None:
    """Ring for a worker, or delete here where there is none."""
    if not settings.CELERY_BROKER_URL:
        go_on(project_id, seconds=float("inf"))
        return
    from kombu.exceptions import OperationalError as BrokerAway

    from core.tasks import delete_project

    try:
        delete_project.delay(project_id)
    except BrokerAway as error:
        log.warning("The broker does not answer, so project %s goes when the sweep rings: %s", project_id, error)


def under_way() -> list[int]:
    return list(Project.objects.filter(slug__contains=GOING).values_list("pk", flat=True))


def go_on(project_id: int, *, seconds: float = SECONDS_A_VISIT) -> bool:
    """Delete for a while; True where something is left to do for whoever asks again."""
    with _alone(project_id) as is_alone:
        project = Project.objects.filter(pk=project_id, slug__contains=GOING).first()
        if project is None or not is_alone:
            return False
        if not _clear(Project, [project.pk], time.monotonic() + seconds):
            return True
        for folder in _folders(project.slug):
            shutil.rmtree(folder, ignore_errors=True)
        for clean in _cleaners:
            clean(project)
        _delete(Project, [project.pk])
        audit.record("project.deleted", project=project, actor=None, target=project.slug, name=project.name)
    return False


@contextmanager
def _alone(project_id: int) -> Iterator[bool]:
    """Two who deleted the same rows would wait for each other."""
    ((got,),) = fetch(f"SELECT pg_try_advisory_lock({ONLY_ONE})", [project_id])
    try:
        yield got
    finally:
        if got:
            fetch(f"SELECT pg_advisory_unlock({ONLY_ONE})", [project_id])


def _clear(model: type[models.Model], ids: Sequence[int], until: float) -> bool:
    """Delete whatever refers to these rows, from the outermost in; False where the time was over before."""
    for key in _keys_to(model):
        found = key.model._base_manager.filter(**{f"{key.attname}__in": ids}).order_by()
        while children := list(found.values_list("pk", flat=True)[:ROWS_A_BATCH]):
            if time.monotonic() >= until or not _clear(key.model, children, until):
                return False
            _delete(key.model, children)
    return True


def _delete(model: type[models.Model], ids: Sequence[int]) -> None:
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM {table} WHERE "{column}" = ANY(%s)', [list(ids)])


def _keys_to(model: type[models.Model]) -> list[Key]:
    """The foreign keys by which rows are found quickly: whatever has another is reached by one of these as well.

    The audit log's keys hold nothing, so it stays. Prompts come first, with all that grows with them.
    """
    related = [each for each in model._meta.get_fields(include_hidden=True) if isinstance(each, models.ManyToOneRel)]
    keys = [each.field for each in related if each.on_delete is not models.DO_NOTHING and _leads_an_index(each.field)]
    return sorted(keys, key=lambda key: key.model is not Prompt)


def _leads_an_index(key: Any) -> bool:
    meta = key.model._meta
    firsts = {next(iter(each.fields), None) for each in (*meta.indexes, *meta.constraints) if hasattr(each, "fields")}
    return key.db_index or key.unique or key.name in firsts


def set_files_aside(slug: str, going: str) -> None:
    """Exports and reports of imports leave the address at once, for another project may take it.

    Raises PrefereeError where they cannot.
    """
    for folder, aside in zip(_folders(slug), _folders(going), strict=True):
        try:
            if folder.is_dir():
                folder.rename(aside)
        except OSError as error:
            sentence = (
                f"{error.strerror}: the folder {folder.name} of its files. Let somebody at the machine look at it."
            )
            raise PrefereeError(sentence) from error


def _folders(slug: str) -> list[Path]:
    return [settings.EXPORTS_FOLDER / slug, settings.HOME / "imports" / slug]
