"""Files appear whole, with true checksums, or not at all."""

import errno
import gc
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import PrefereeError
from core.exports import files
from core.exports.files import Folder, folder

SCHEMA = pa.schema([("n", pa.int64())])


def everything(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.iterdir()}


def test_nothing_has_its_name_before_all_is_finished(tmp_path):
    with folder(tmp_path / "new" / "deep") as target:
        target.jsonl("a.jsonl").write([{"n": 1}, {"n": "é"}])
        (written,) = target.seal()
        target.put("manifest.json", "{}\n")
        assert not {"a.jsonl", "manifest.json"} & set(everything(target.path))
        target.finish()
    assert everything(tmp_path / "new" / "deep") == {
        "a.jsonl": '{"n":1}\n{"n":"é"}\n'.encode(),
        "manifest.json": b"{}\n",
    }
    assert (written.name, written.rows, written.bytes) == ("a.jsonl", 2, 19)
    assert written.sha256 == sha256((target.path / "a.jsonl").read_bytes()).hexdigest()


def test_what_is_not_finished_leaves_nothing_and_keeps_the_old(tmp_path):
    (tmp_path / "a.jsonl").write_text("old")

    def dies() -> None:
        with folder(tmp_path) as target:
            target.jsonl("a.jsonl").write([{"n": 1}])
            target.parquet("a.parquet", SCHEMA).write([{"n": 1}])
            target.put("manifest.json", "{}")
            raise KeyError

    with pytest.raises(KeyError):
        dies()
    assert everything(tmp_path) == {"a.jsonl": b"old"}


class FullDisk:
    """A file on a disk that takes no more than some bytes, not even when it is closed."""

    def __init__(self, file, room: int) -> None:
        self.file, self.room = file, room

    def write(self, data) -> int:
        if len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(data)
        return self.file.write(data)

    def close(self) -> None:
        self.file.close()
        if self.room < 1000:
            raise OSError(errno.ENOSPC, "No space left on device")

    def __getattr__(self, name: str):
        return getattr(self.file, name)


def write_all(path: Path) -> None:
    with folder(path) as target:
        for sink in (target.parquet("a.parquet", SCHEMA), target.jsonl("a.jsonl")):
            sink.write([{"n": number} for number in range(1000)])
        target.seal()
        target.finish()


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("room", [1, 100, 900])
def test_a_full_disk_gets_a_sentence_and_leaves_nothing(tmp_path, monkeypatch, room):
    begin = Folder._begin

    def full(self: Folder, name: str) -> FullDisk:
        self._open[name] = FullDisk(begin(self, name), room)
        return self._open[name]

    monkeypatch.setattr(Folder, "_begin", full)
    (tmp_path / "a.jsonl").write_text("old")
    with pytest.raises(PrefereeError, match=r"The disk of .* is full\. Free some space"):
        write_all(tmp_path)
    gc.collect()
    assert everything(tmp_path) == {"a.jsonl": b"old"}


def test_a_folder_that_cannot_be_made_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PrefereeError, match=r"file/sub cannot be written: Not a directory\. Choose another folder"):
        write_all(tmp_path / "file" / "sub")


def test_row_groups_do_not_depend_on_the_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROWS_A_GROUP", 4)
    rows = [{"n": number} for number in range(10)]
    for name, size in (("one", 10), ("three", 3), ("nine", 9)):
        with folder(tmp_path) as target:
            sink = target.parquet(name, SCHEMA)
            for start in range(0, 10, size):
                sink.write(rows[start : start + size])
            (written,) = target.seal()
            target.finish()
        assert written.rows == 10
    assert len({(tmp_path / name).read_bytes() for name in ("one", "three", "nine")}) == 1
    read = pq.ParquetFile(tmp_path / "one")
    assert [read.metadata.row_group(group).num_rows for group in range(3)] == [4, 4, 2]
    assert read.read().to_pylist() == rows


def test_a_file_without_rows_can_be_read(tmp_path):
    with folder(tmp_path) as target:
        target.parquet("a.parquet", SCHEMA)
        target.jsonl("a.jsonl")
        assert [written.rows for written in target.seal()] == [0, 0]
        target.finish()
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 0
    assert (tmp_path / "a.jsonl").read_bytes() == b""
