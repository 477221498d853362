"""An erasure and an export must not pass each other: what is erased would live on in the files."""

from datetime import datetime

from django.db.models import Q

from core.errors import PrefereeError
from core.models import Mode, Project, Removal, RunState


def hold(project: Project) -> None:
    """Until the transaction ends, no version is recorded and no erasure asked for in this project but here."""
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)


def refuse_while_erasing(project: Project, since: datetime) -> None:
    """Raises PrefereeError where something is being erased, or was since then. A cancelled erasure does not count."""
    erasures = Removal.objects.filter(project=project, mode=Mode.ERASE)
    going = Q(finished=None, run__isnull=False) & ~Q(run__state=RunState.CANCELLED)
    if erasures.filter(going | Q(finished__gte=since)).exists():
        raise PrefereeError(
            "Something is being erased in this project, so nothing was exported. Export again when that is done."
        )
