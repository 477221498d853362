"""Runs as they are seen from a chart: a bucket of ten seconds each, from 17:35:20 on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.charts.throughput import Point

START = datetime(2026, 11, 25, 17, 35, 20, tzinfo=UTC)


@pytest.fixture
def run() -> Callable[..., list[Point]]:
    def points(*inputs: int | None, seconds: float = 10) -> list[Point]:
        """One bucket an entry; None is a pause, of which nothing is known."""
        starts = [START + timedelta(seconds=seconds * number) for number in range(len(inputs))]
        return [Point(at, seconds, done) for at, done in zip(starts, inputs, strict=True) if done is not None]

    return points
