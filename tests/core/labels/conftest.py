from collections.abc import Callable, Iterable

import numpy as np
import pytest

from core.labels.verdicts import Verdicts

Row = tuple[int, int, int, int, int]


@pytest.fixture(scope="session")
def table() -> Callable[[Iterable[Row]], Verdicts]:
    """Verdicts from rows (prompt, comparison, sample, judge, choice)."""

    def build(rows: Iterable[Row]) -> Verdicts:
        columns = np.array(list(rows), dtype=np.int64).reshape(-1, 5).T
        prompt, comparison, sample, judge, choice = columns
        return Verdicts(prompt, comparison, sample.astype(np.int16), judge, choice.astype(np.int8))

    return build
