"""The step `export`: build a version of a dataset."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Literal

from django.conf import settings
from pydantic import Field

from core.labels.majority import Sources
from core.labels.service import policy_name
from core.models import DatasetVersion, Label, Project, Score
from core.runs.steps import SHELL_ONLY, Context, Done, Outcome, Step, StepConfig
from core.scorers import scorer_named


class ExportConfig(StepConfig):
    """What is written, and what is left out of it."""

    format: Literal["trl-dpo", "trl-sft", "preferee"] = Field(
        "trl-dpo", description="Rows for DPO, the best answers for SFT, or everything, to take elsewhere."
    )
    name: str = Field("", max_length=100, description="The dataset's name in the project; the format if empty.")
    sources: Sources = Field("people_first", description="Whose votes count.")
    min_margin: float = Field(0.0, ge=0, le=1, description="Leave out labels with a smaller margin.")
    test_share: float = Field(0.1, ge=0, le=1, description="Share of prompts in the test split.")
    contexts: Literal["prepend", "omit"] = Field("prepend", description="What becomes of the passages of a prompt.")
    best_of: str = Field(
        "best-of", max_length=200, description="For trl-sft: NAME or NAME@VERSION of the step best_of's choice."
    )
    out: str | None = Field(
        None,
        description="The folder to write into; one for this dataset in the exports folder if unset.",
        json_schema_extra=SHELL_ONLY,
    )


class Export(Step):
    """The same data gives the same bytes and the same version. The files appear whole, or not at all."""

    name: ClassVar[str] = "export"
    summary: ClassVar[str] = "Build a version of a dataset: files, checksums, manifest."
    Config: ClassVar[type[StepConfig]] = ExportConfig
    shard_size: ClassVar[int] = 1
    remembers: ClassVar[bool] = False
    costs: ClassVar[bool] = False

    def plan(self, project: Project, config: ExportConfig) -> dict[str, float]:
        names = {"trl-dpo": "labels decided", "trl-sft": "best answers", "preferee": "prompts"}
        return {names[config.format]: _expected(project, config)}

    def inputs(self, context: Context) -> Sequence[int]:
        """The project: one version comes of it."""
        return [context.project.pk]

    def load(self, context: Context, ids: Sequence[int]) -> list[tuple[int, DatasetVersion]]:
        """Built here, for files know no transaction; building the same again changes nothing."""
        return [(one, _built(context)) for one in ids]

    async def process(self, context: Context, batch: Sequence[tuple[int, DatasetVersion]]) -> list[Outcome]:
        return [Done(one, version, note=_said(version)) for one, version in batch]

    def save(self, context: Context, outputs: Sequence[DatasetVersion]) -> None:
        """Recorded together with its files, when they were put in place."""


def _built(context: Context) -> DatasetVersion:
    from core.exports.conversations import Options
    from core.exports.service import export_dataset  # pyarrow: half a second of every start

    config: ExportConfig = context.config
    expected = _expected(context.project, config) or 1
    name = config.name or config.format
    out = Path(config.out) if config.out else settings.EXPORTS_FOLDER / context.project.slug / _folder_of(name)
    return export_dataset(
        context.project,
        config.format,
        out,
        Options(config.sources, config.min_margin, config.test_share, config.contexts, config.best_of),
        name=name,
        by=context.by,
        reach=lambda rows: context.reach(rows / expected),
        still_wanted=context.check,
    )


def _folder_of(name: str) -> str:
    """A name from the web must not lead elsewhere."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)


def _expected(project: Project, config: ExportConfig) -> int:
    if config.format == "preferee":
        return project.prompts.count()
    if config.format == "trl-sft":
        return _best_answers(project, config)
    return Label.objects.filter(project=project, policy=policy_name(config.sources), undecided=False).count()


def _best_answers(project: Project, config: ExportConfig) -> int:
    """Raises PrefereeError where nothing has been chosen by that name."""
    chosen = Score.objects.filter(scorer=scorer_named(project, config.best_of), value=1, parts__place=1)
    return chosen.filter(response__project=project, response__withdrawn=None).count()


def _said(version: DatasetVersion) -> str:
    counts = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in version.manifest["counts"].items())
    return f"{version}: {counts}."
