"""The step `label_studio`: a project of a Label Studio server goes into the project."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

from django.conf import settings
from pydantic import Field

from core.errors import PrefereeError
from core.importing.files import import_file
from core.importing.label_studio.addresses import checked_address
from core.importing.label_studio.server import Remote, download
from core.models import Project
from core.runs.steps import Context, Done, Outcome, PermanentError, Step, StepConfig

VARIABLE = "PREFEREE_KEY_LABEL_STUDIO"


class LabelStudioConfig(StepConfig):
    """Which project of which server. The token is in the environment of the workers, never here."""

    address: str = Field(min_length=1, max_length=300, description="The server, such as https://labels.example.org.")
    project: int = Field(ge=1, description="The number of its project, as in its address: /projects/12.")
    key: str = Field(
        VARIABLE,
        max_length=100,
        pattern=rf"^{VARIABLE}(_[A-Z0-9]+)*$",
        description="The environment variable that holds the access token.",
    )
    map: Mapping[str, str] = Field(
        default_factory=dict, description="Data keys by target, where the labelling configuration does not say."
    )
    strict: bool = Field(False, description="One refused task, and nothing goes in.")


@dataclass(frozen=True, slots=True)
class Downloaded:
    """Tasks in a file that nobody else sees, and how they are to be read."""

    tasks: BinaryIO
    mapping: Mapping[str, str]


class LabelStudio(Step):
    """Tasks come page by page over Label Studio's SDK, with the labelling configuration and the e-mail addresses of its
    people, and go in whole or not at all. What is there already is not added again."""

    name: ClassVar[str] = "label_studio"
    summary: ClassVar[str] = "Import a project of a Label Studio server."
    Config: ClassVar[type[StepConfig]] = LabelStudioConfig
    shard_size: ClassVar[int] = 1
    remembers: ClassVar[bool] = False

    def plan(self, project: Project, config: LabelStudioConfig) -> dict[str, float]:
        """Asks nobody: the token may be the workers' alone."""
        checked_address(config.address, settings.LABEL_STUDIO_HOSTS)
        return {"Label Studio projects": 1}

    def pin(self, project: Project, config: LabelStudioConfig) -> LabelStudioConfig:
        """Nothing moves; but a run that could only fail need not begin."""
        checked_address(config.address, settings.LABEL_STUDIO_HOSTS)
        return config

    def inputs(self, context: Context) -> Sequence[int]:
        """The number of the server's project."""
        return [context.config.project]

    def load(self, context: Context, ids: Sequence[int]) -> list[tuple[int, Downloaded]]:
        """Downloaded here, outside of any transaction."""
        return [(one, _downloaded(context)) for one in ids]

    async def process(self, context: Context, batch: Sequence[tuple[int, Downloaded]]) -> list[Outcome]:
        return [Done(one, downloaded) for one, downloaded in batch]

    def save(self, context: Context, outputs: Sequence[Downloaded]) -> str:
        """In the transaction of the shard: an import that lost its lease leaves nothing."""
        return "\n".join(_imported(context, downloaded) for downloaded in outputs)


def _downloaded(context: Context) -> Downloaded:
    config: LabelStudioConfig = context.config
    try:
        address = checked_address(config.address, settings.LABEL_STUDIO_HOSTS)
    except PrefereeError as error:
        raise PermanentError(str(error)) from error
    token = os.environ.get(config.key, "").strip()
    if not token:
        raise PermanentError(f"{config.key} is not set where the workers run. Set it to a token of {address}.")
    file: Any = tempfile.TemporaryFile()  # noqa: SIM115 (open until it was imported; it has no name, so nothing stays)
    remote = Remote(address, config.project, token, config.key)
    mapping = download(remote, file, lambda share: _reach(context, share / 2))
    return Downloaded(file, mapping | dict(config.map))


def _reach(context: Context, share: float) -> None:
    context.check()
    context.reach(share)


def _imported(context: Context, downloaded: Downloaded) -> str:
    config: LabelStudioConfig = context.config
    total = downloaded.tasks.tell() or 1
    downloaded.tasks.seek(0)
    with downloaded.tasks:
        done = import_file(
            context.project,
            f"label-studio-{config.project}",
            source=downloaded.tasks,
            mapping=downloaded.mapping,
            strict=config.strict,
            by=context.by,
            reach=lambda read, _: context.reach(0.5 + read / total / 2),
        )
    refused = ""
    if done.first:
        first = done.first[0]
        refused = f" {done.report['refused']:,} refused, the first task {first.number}: {first.reason}"
    if config.strict and refused:
        raise PrefereeError(f"{refused.strip()} Nothing went in, because of strict.")
    return f"{config.address}, project {config.project}: {done.in_words}{refused}"
