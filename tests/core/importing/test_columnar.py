"""Parquet files."""

import datetime
import io

import pyarrow as pa
import pytest
from pyarrow import parquet

from core.importing.interchange import RefusedFile
from core.importing.reading import Good, read


def file_of(rows, **options):
    target = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), target, **options)
    target.seek(0)
    return target


def lines(rows, mapping=None, **options):
    items = list(read(file_of(rows, **options), mapping=mapping or {}))
    assert all(isinstance(item, Good) for item in items), items
    return [item.line for item in items]


def test_rows_come_in_order_over_row_groups():
    rows = [{"prompt": f"Why {n}?", "chosen": "a", "rejected": "b"} for n in range(100)]

    assert [line.prompt for line in lines(rows, row_group_size=7)] == [row["prompt"] for row in rows]


def test_messages_lose_the_keys_that_hold_nothing():
    turns = [{"role": "user", "content": "Why?", "name": None}, {"role": "assistant", "content": "So.", "name": "x"}]
    other = [turns[0], {"role": "assistant", "content": "Hm.", "name": None}]
    (line,) = lines([{"chosen": turns, "rejected": other}])

    assert line.prompt == "Why?"
    assert [response.content for response in line.responses] == [turns[1:], "Hm."]


def test_preferees_own_rows_can_be_parquet_too():
    judgment = {"judge": "Ada", "kind": "human", "responses": ["a", "b"], "preference": 2, "order": None}
    responses = [{"id": name, "content": name, "model": None} for name in "ab"]
    (line,) = lines([{"prompt": "Why?", "responses": responses, "judgments": [judgment]}])

    assert (line.judgments[0].preference, line.judgments[0].order) == (2, None)


def test_times_decimals_and_text_in_bytes_become_plain_values():
    time = datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)
    (line,) = lines([{"question": b"Why?", "at": time, "day": time.date()}])

    assert (line.prompt, line.metadata) == ("Why?", {"at": "2024-05-01T00:00:00Z", "day": "2024-05-01"})


def test_only_the_named_columns_are_read():
    rows = [{"q": "Why?", "image": b"\xff\xd8", "weight": float("nan")}]
    (line,) = lines(rows, mapping={"prompt": "q"})

    assert line.prompt == "Why?"


def test_a_column_that_is_not_there_is_named_once_for_the_file():
    with pytest.raises(RefusedFile, match=r"has no column 'question'; its columns are q\.$"):
        lines([{"q": "Why?"}], mapping={"prompt": "question"})


def test_a_pipe_cannot_hold_parquet():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    with pytest.raises(RefusedFile, match="Parquet cannot be read from a pipe"):
        list(read(Pipe(file_of([{"prompt": "Why?"}]).getvalue())))
