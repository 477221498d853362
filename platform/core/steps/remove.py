"""The steps of a removal. What they do is in `core.removing`; each part stands for itself and is done once."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from pydantic import Field

from core.errors import PrefereeError
from core.models import DatasetVersion, Mode, Project, Removal, Stage
from core.removing.erasing import erase
from core.removing.leftovers import clear_leftovers
from core.removing.report import worked
from core.removing.versions import search_version, wanted_of
from core.removing.waiting import hold
from core.removing.withdrawing import restore, withdraw
from core.runs.steps import SHELL_ONLY, Context, Done, Outcome, Step, StepConfig

LEFTOVERS = 0  # no version has this id
WAYS: Mapping[str, Callable[[Removal, Sequence[int], Callable[[], None]], None]] = {
    Mode.WITHDRAW: withdraw,
    Mode.RESTORE: restore,
    Mode.ERASE: erase,
}


class RemoveConfig(StepConfig):
    """Which removal is to be done."""

    removal: UUID = Field(description="Its public id.", json_schema_extra=SHELL_ONLY)


class _OfRemoval(Step):
    Config: ClassVar[type[StepConfig]] = RemoveConfig
    remembers: ClassVar[bool] = False
    offered: ClassVar[bool] = False

    def plan(self, project: Project, config: RemoveConfig) -> dict[str, float]:
        return {"targets": len(_removal(project, config).targets)}

    async def process(self, context: Context, batch: Sequence[int]) -> list[Outcome]:
        return [Done(one, one) for one in batch]


class Remove(_OfRemoval):
    """Withdraws, restores or erases what the removal names. The work is done in small transactions while the batch is
    loaded, for one person may have judged more than one transaction should hold; repeated, it finds nothing to do."""

    name: ClassVar[str] = "remove"
    summary: ClassVar[str] = "Withdraw, restore or erase what a removal names."
    shard_size: ClassVar[int] = 100

    def inputs(self, context: Context) -> Sequence[int]:
        return _begun(context).targets

    def load(self, context: Context, ids: Sequence[int]) -> list[int]:
        removal = _removal(context.project, context.config)
        WAYS[removal.mode](removal, ids, context.check)
        return list(ids)

    def save(self, context: Context, outputs: Sequence[int]) -> None:
        worked(_removal(context.project, context.config), len(outputs))


class RemoveFiles(_OfRemoval):
    """Finds the versions of datasets that hold what is to be erased, while its hashes are still known, and deletes
    their files; and the refused lines of imports that quote it."""

    name: ClassVar[str] = "remove_files"
    summary: ClassVar[str] = "Delete the files that hold what a removal erases."
    shard_size: ClassVar[int] = 1

    def inputs(self, context: Context) -> Sequence[int]:
        _begun(context)
        versions = DatasetVersion.objects.filter(dataset__project=context.project)
        return [LEFTOVERS, *versions.order_by("pk").values_list("pk", flat=True)]

    def load(self, context: Context, ids: Sequence[int]) -> list[int]:
        removal = _removal(context.project, context.config)
        if LEFTOVERS in ids:
            clear_leftovers(removal)
        wanted = wanted_of(removal)
        for version in DatasetVersion.objects.select_related("dataset").filter(pk__in=ids):
            search_version(removal, version, wanted)
        return list(ids)

    def save(self, context: Context, outputs: Sequence[int]) -> None:
        """Done while it was loaded, for files know no transaction."""


def _removal(project: Project, config: RemoveConfig) -> Removal:
    found = Removal.objects.select_related("project").filter(project=project, public=config.removal).first()
    if found is None:
        raise PrefereeError("There is no such removal in this project.")
    return found


@transaction.atomic
def _begun(context: Context) -> Removal:
    """The removal, done by the run of now: it may be another one than the first. Raises PrefereeError where it is done.

    Exports are held off meanwhile, so that the versions that are found are all there are.
    """
    hold(context.project)
    removal = _removal(context.project, context.config)
    if removal.finished:
        raise PrefereeError("This removal is done already. Ask for a new one.")
    Removal.objects.filter(pk=removal.pk).update(run=Stage.objects.values("run").get(pk=context.stage_id)["run"])
    return removal
