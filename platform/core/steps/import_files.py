"""The step `import`: files go into the project, one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, model_validator

from core.errors import PrefereeError
from core.importing.files import FileImport, import_file
from core.models import Project
from core.runs.steps import SHELL_ONLY, Context, Done, InputKind, Outcome, Step, StepConfig


class ImportConfig(StepConfig):
    """Which files to import, and how to read them."""

    sample: bool = Field(False, description="Import the sample data that comes with Preferee.")
    files: tuple[str, ...] = Field(
        (), max_length=1_000, description="Paths, plain or gzip, as the workers see them.", json_schema_extra=SHELL_ONLY
    )
    map: Mapping[str, str] = Field(
        default_factory=dict, description="Columns by target, where a file does not say.", json_schema_extra=SHELL_ONLY
    )
    strict: bool = Field(False, description="One refused line, and nothing of its file goes in.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.sample == bool(self.files):
            raise ValueError("name files, or set sample to true, and not both")
        return self


class Import(Step):
    """Each file goes in whole or not at all, so that a worker that dies costs a retry; what is there already is not
    added again. Refused lines are counted here and kept beside the import's report."""

    name: ClassVar[str] = "import"
    summary: ClassVar[str] = "Import files: prompts, responses, comparisons, judgments."
    Config: ClassVar[type[StepConfig]] = ImportConfig
    shard_size: ClassVar[int] = 1
    input_kind: ClassVar[InputKind] = "file"
    remembers: ClassVar[bool] = False

    def plan(self, project: Project, config: ImportConfig) -> dict[str, float]:
        missing = [name for name in config.files if not Path(name).is_file()]
        if missing:
            raise PrefereeError(f"{missing[0]} is not there. Give the path of a file.")
        if config.sample:
            return {"files": 1}
        size = sum(Path(name).stat().st_size for name in config.files)
        return {"files": len(config.files), "megabytes": round(size / 1e6, 1)}

    def inputs(self, context: Context) -> Sequence[int]:
        """The places of the files in the configuration."""
        return range(max(1, len(context.config.files)))

    def load(self, context: Context, ids: Sequence[int]) -> list[int]:
        return list(ids)

    async def process(self, context: Context, batch: Sequence[int]) -> list[Outcome]:
        return [Done(one, one) for one in batch]

    def save(self, context: Context, outputs: Sequence[int]) -> str:
        """In the transaction of the shard: an import that lost its lease leaves nothing."""
        return "\n".join(_imported(context, number) for number in outputs)


def _imported(context: Context, number: int) -> str:
    config: ImportConfig = context.config
    with _path(config, number) as path:
        done = import_file(
            context.project,
            str(path),
            mapping=dict(config.map),
            strict=config.strict,
            by=context.by,
            reach=lambda read, total: context.reach(read / total if total else 0),
        )
    if config.strict and done.report["refused"]:
        raise PrefereeError(f"{path.name}: {_refused(done)} Nothing went in, because of strict.")
    return f"{path.name}: {done.in_words}" + (f" {_refused(done)}" if done.first else "")


def _refused(done: FileImport) -> str:
    first = done.first[0]
    return f"{done.report['refused']:,} refused, the first line {first.number}: {first.reason}"


@contextmanager
def _path(config: ImportConfig, number: int) -> Iterator[Path]:
    if config.sample:
        with as_file(files("core.sample") / "sample.jsonl") as path:
            yield path
    else:
        yield Path(config.files[number])
