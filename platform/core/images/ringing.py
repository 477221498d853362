"""When to look for images: after a run, when a project begins to fetch them, and whenever a worker looks around."""

import logging
from typing import Any

from django.conf import settings

from core.images.keeping import are_due
from core.models import ImageSearch, Project, Run
from core.signals import run_ended

log = logging.getLogger(__name__)


def connect() -> None:
    run_ended.connect(_look_after_run, dispatch_uid="images are looked for after a run")


def look_again(project: Project) -> None:
    """At all of its texts: what was passed over may be fetched now."""
    ImageSearch.objects.filter(project=project).delete()
    ring(project.pk)


def ring(project_id: int) -> None:
    """Nothing where no worker listens: it looks around when it comes."""
    if not settings.CELERY_BROKER_URL:
        return
    from kombu.exceptions import OperationalError as BrokerAway

    from core.tasks import find_images

    try:
        find_images.delay(project_id)
    except BrokerAway as error:
        log.warning("The broker does not answer, so images of project %s wait for the sweep: %s", project_id, error)


def sweep() -> None:
    """For projects that fetch images, whatever was added, and for all whatever waits."""
    for pk in Project.objects.standing().filter(fetches_images=True, archived=None).values_list("pk", flat=True):
        ring(pk)
    ring_to_fetch()


def ring_to_fetch() -> None:
    if settings.CELERY_BROKER_URL and are_due():
        from core.tasks import fetch_images

        fetch_images.delay()


def _look_after_run(sender: Any, *, run_id: int, **_: Any) -> None:
    for project_id in Run.objects.filter(pk=run_id).values_list("project", flat=True):
        ring(project_id)
