"""Counted verdicts on pairs as columns: one binary COPY into numpy, without a Python object a row."""

from dataclasses import dataclass

import numpy as np
from django.db import connection

from core.labels.verdicts import Ints, Verdicts
from core.models import Project

# A binary COPY is a header of 19 bytes, then rows of a field count and (length, value) a field, then a trailer of 2.
HEADER, TRAILER = 19, 2
ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("prompt_length", ">i4"),
        ("prompt", ">i8"),
        ("comparison_length", ">i4"),
        ("comparison", ">i8"),
        ("judge_length", ">i4"),
        ("judge", ">i8"),
        ("sample_length", ">i4"),
        ("sample", ">i2"),
        ("choice_length", ">i4"),
        ("choice", ">i2"),
        ("source_length", ">i4"),
        ("source", ">i2"),
    ]
)
PEOPLE, MACHINES, GOLD = 0, 1, 2
PAIRS = """
COPY (SELECT c.prompt_id::bigint, j.comparison_id::bigint, j.judge_id::bigint,
             (row_number() OVER (PARTITION BY j.comparison_id, j.judge_id ORDER BY j.round_id NULLS FIRST, j.sample,
                                 j.order_no))::smallint,
             (CASE WHEN j.ranks[1] < j.ranks[2] THEN 0 WHEN j.ranks[1] > j.ranks[2] THEN 1 ELSE 2 END)::smallint,
             (CASE g.kind WHEN 'human' THEN 0 WHEN 'gold' THEN 2 ELSE 1 END)::smallint
        FROM core_judgment j
        JOIN core_comparison c ON c.id = j.comparison_id
        JOIN core_judge g ON g.id = j.judge_id
       WHERE j.project_id = {project} AND j.k = 2 AND j.live AND j.status = 'submitted' AND j.ranks IS NOT NULL
         AND j.occasion = 'first' AND c.withdrawn IS NULL AND g.withdrawn IS NULL)
  TO STDOUT (FORMAT binary)
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """All counted first verdicts on pairs of a project; arrays of shape (n,). `source` says whose they are."""

    verdicts: Verdicts
    source: Ints

    def of(self, source: int) -> Verdicts:
        return self._where(self.source == source)

    def of_judge(self, judge: int) -> Verdicts:
        return self._where(self.verdicts.judge == judge)

    def _where(self, rows: "np.typing.NDArray[np.bool_]") -> Verdicts:
        every = self.verdicts
        return Verdicts(
            every.prompt[rows], every.comparison[rows], every.sample[rows], every.judge[rows], every.choice[rows]
        )


def read_columns(project: Project) -> Columns:
    """A judge's repeats on a comparison are numbered over rounds, orders and samples, so that each is one unit."""
    data = bytearray()
    with connection.cursor() as cursor, cursor.copy(PAIRS.format(project=int(project.pk))) as copy:
        for block in copy:
            data += block
    rows = np.frombuffer(data, ROW, count=(len(data) - HEADER - TRAILER) // ROW.itemsize, offset=HEADER)
    column = {name: rows[name].astype(np.int64) for name in ("prompt", "comparison", "sample", "judge", "choice")}
    return Columns(Verdicts(**column), rows["source"].astype(np.int8))
