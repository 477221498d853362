"""The step `import`: files go into the project, one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator

from core.errors import PrefereeError
from core.importing.files import FileImport, import_file
from core.models import Project
from core.runs.steps import PAGE_ONLY, SHELL_ONLY, Context, Done, InputKind, Outcome, Step, StepConfig
from core.uploads.reports import arrived, keep_report


class ImportConfig(StepConfig):
    """Which files to import, and how to read them."""

    sample: bool = Field(False, description="Import the sample data that comes with Preferee.")
    files: tuple[str, ...] = Field(
        (), max_length=1_000, description="Paths, plain or gzip, as the workers see them.", json_schema_extra=SHELL_ONLY
    )
    upload: UUID | None = Field(None, description="A file that was sent in the browser.", json_schema_extra=PAGE_ONLY)
    map: Mapping[str, str] = Field(
        default_factory=dict, description="Columns by target, where a file does not say.", json_schema_extra=SHELL_ONLY
    )
    strict: bool = Field(False, description="One refused line, and nothing of its file goes in.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if sum(map(bool, (self.sample, self.files, self.upload))) != 1:
            raise ValueError("name files, or set sample to true, and not both")
        return self


@dataclass(frozen=True, slots=True)
class _Source:
    """A file to read: where it lies, what people know it as, and what its report is called."""

    path: Path
    called: str
    report_as: str = ""


class Import(Step):
    """Each file goes in whole or not at all, so that a worker that dies costs a retry; what is there already is not
    added again. Refused lines are counted here and kept beside the import's report."""

    name: ClassVar[str] = "import"
    summary: ClassVar[str] = "Import files: prompts, responses, comparisons, judgments."
    Config: ClassVar[type[StepConfig]] = ImportConfig
    shard_size: ClassVar[int] = 1
    input_kind: ClassVar[InputKind] = "file"
    remembers: ClassVar[bool] = False
    costs: ClassVar[bool] = False

    def plan(self, project: Project, config: ImportConfig) -> dict[str, float]:
        if config.upload:
            return {"files": 1, "megabytes": round(arrived(project, config.upload).size / 1e6, 1)}
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
    with _source(context.project, config, number) as source:
        done = import_file(
            context.project,
            source.called if config.upload else str(source.path),
            source=source.path,
            mapping=dict(config.map),
            strict=config.strict,
            by=context.by,
            reach=lambda read, total: context.reach(read / total if total else 0),
            report_as=source.report_as,
        )
    if config.strict and done.report["refused"]:
        raise PrefereeError(f"{source.called}: {_refused(done)} Nothing went in, because of strict.")
    if config.upload:
        keep_report(context.project, config.upload, done)
    return f"{source.called}: {done.in_words}" + (f" {_refused(done)}" if done.first else "")


def _refused(done: FileImport) -> str:
    first = done.first[0]
    return f"{done.report['refused']:,} refused, the first line {first.number}: {first.reason}"


@contextmanager
def _source(project: Project, config: ImportConfig, number: int) -> Iterator[_Source]:
    if config.sample:
        with as_file(files("core.sample") / "sample.jsonl") as path:
            yield _Source(path, path.name)
    elif config.upload:
        upload = arrived(project, config.upload)
        yield _Source(upload.path, upload.name, str(config.upload))
    else:
        path = Path(config.files[number])
        yield _Source(path, path.name)
