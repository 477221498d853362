"""Whether an exported file holds what is to be erased, by what its rows say of where they come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from core.importing.interchange import Line
from core.importing.rows import Batch

BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class Wanted:
    """Keys in hexadecimal: prompts, and responses by the prompt that they answer; names of people who judged."""

    prompts: frozenset[str] = frozenset()
    responses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    def meets(self, prompt: str, responses: set[str]) -> bool:
        return prompt in self.prompts or not responses.isdisjoint(self.responses.get(prompt, ()))


class _Row(msgspec.Struct):
    lineage: str


_row = msgspec.json.Decoder(_Row)
_line = msgspec.json.Decoder(Line)


def is_as_written(path: Path, file: Mapping[str, Any]) -> bool:
    """Whether the file is the one that the manifest describes: another version may have been written over it."""
    if not path.is_file() or path.stat().st_size != file["bytes"]:
        return False
    digest = sha256()
    with path.open("rb") as opened:
        while block := opened.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() == str(file["sha256"])


def holds(path: Path, form: str, wanted: Wanted) -> bool:
    """Reads a row at a time, and stops at the first that does."""
    if form.startswith("trl-"):
        return any(_in_lineage(lineage, wanted) for lineage in _lineages(path))
    with path.open("rb") as lines:
        return any(_in_line(line, wanted) for line in lines)


def _lineages(path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=2_500, columns=["lineage"]):
                yield from batch.column(0).to_pylist()
        return
    with path.open("rb") as lines:
        for line in lines:
            yield _row.decode(line).lineage


def _in_lineage(lineage: str, wanted: Wanted) -> bool:
    said = msgspec.json.decode(lineage)
    sides = [said[side] for side in ("chosen", "rejected") if side in said]
    people = {side.get("person") for side in sides}
    people |= {judgment["judge"] for judgment in said.get("judgments", ()) if judgment["kind"] == "human"}
    return wanted.meets(said["prompt"], {side["response"] for side in sides}) or not wanted.names.isdisjoint(people)


def _in_line(data: bytes, wanted: Wanted) -> bool:
    line = _line.decode(data)
    people = {judgment.judge for judgment in line.judgments if judgment.kind == "human"}
    people |= {response.person for response in line.responses if response.person}
    if not wanted.names.isdisjoint(people):
        return True
    line.judgments, line.comparisons, line.scores = [], [], []
    batch = Batch()
    batch.add(1, line)
    ((key, prompt),) = batch.prompts.items()
    return wanted.meets(key.hex(), {each.hex() for each in prompt.responses})
