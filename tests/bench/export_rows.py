"""Export: rows a second and memory at growing sizes, and the distance to a bare COPY. Labels and report, timed too."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from filling import fill, make_bodies
from measures import gate, in_fresh_process, peak_mb, print_load, print_table, timed
from stand import database

SIZES = (10_000, 100_000, 500_000)
GROWTH, SLACK_MB = 1.25, 50
TARGET_RATE, TARGET_MB = 25_000, 300
JOINED = """
COPY (SELECT p.messages, a.content, b.content, l.votes
        FROM core_label l JOIN core_comparison c ON c.id = l.comparison_id JOIN core_prompt p ON p.id = c.prompt_id
        JOIN core_candidate x ON x.comparison_id = c.id AND x.slot = 0 JOIN core_response a ON a.id = x.response_id
        JOIN core_candidate y ON y.comparison_id = c.id AND y.slot = 1 JOIN core_response b ON b.id = y.response_id
       WHERE l.project_id = {project}) TO STDOUT
"""


@dataclass
class Outcome:
    rows: int
    labels: float  # seconds that a look at every label takes where none changes; an export begins with one
    export: float
    peak: float
    size: float
    copy: float = 0.0

    @property
    def rate(self) -> float:
        return self.rows / self.export

    @property
    def writing_rate(self) -> float:
        return self.rows / (self.export - self.labels)

    def row(self) -> list[str]:
        return [
            f"{self.rows:,}",
            f"{self.export:.1f}",
            f"{self.rate:,.0f}",
            f"{self.labels:.1f}",
            f"{self.writing_rate:,.0f}",
            f"{self.peak:,.0f}",
            f"{self.size:,.0f}",
            f"{self.rows / self.copy:,.0f}",
        ]


def export(slug: str, out: Path) -> Outcome:
    from core.exports.service import export_dataset
    from core.labels.service import refresh_project
    from core.models import Project

    project = Project.objects.get(slug=slug)
    with timed() as labels:
        refresh_project(project)
    with timed() as whole:
        version = export_dataset(project, "trl-dpo", out)
    size = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    return Outcome(version.manifest["counts"]["rows"], labels.seconds, whole.seconds, peak_mb(), size)


def first_labels(slug: str) -> float:
    from core.labels.service import refresh_project
    from core.models import Project

    with timed() as timer:
        refresh_project(Project.objects.get(slug=slug))
    return timer.seconds


def report_seconds(slug: str) -> tuple[float, float]:
    from core.models import Project
    from core.reports.report import report

    with timed() as timer:
        report(Project.objects.get(slug=slug))
    return timer.seconds, peak_mb()


def bare_copy(slug: str) -> float:
    from django.db import connection

    from core.models import Project

    query = JOINED.format(project=Project.objects.get(slug=slug).pk)
    with timed() as timer, connection.cursor() as cursor, cursor.copy(query) as copy:
        for _ in copy:
            pass
    return timer.seconds


def run(sizes: tuple[int, ...]) -> int:
    outcomes = []
    with database() as folder:
        print_load("before")
        make_bodies()
        for number, size in enumerate(sizes, start=1):
            slug = f"pairs-{size}"
            fill(slug, size, number)
            labels = in_fresh_process(first_labels, slug)
            outcome = in_fresh_process(export, slug, folder / slug)
            outcome.copy = bare_copy(slug)
            outcomes.append(outcome)
        seconds, peak = in_fresh_process(report_seconds, slug)
        print_load("after")
    print_table(
        ["rows", "export s", "rows/s", "labels s", "rows/s without labels", "peak MB", "files MB", "bare COPY rows/s"],
        [outcome.row() for outcome in outcomes],
    )
    print(f"at {sizes[-1]:,} pairs: first labels {labels:.1f} s, report {seconds:.1f} s (peak {peak:,.0f} MB)")
    print(f"design target: {TARGET_RATE:,} rows/s in {TARGET_MB} MB")
    least, most = outcomes[0].peak, outcomes[-1].peak
    allowed = GROWTH * least + SLACK_MB
    sentence = f"Memory grows: {most:,.0f} MB at {sizes[-1]:,} rows; allowed are {allowed:,.0f} MB."
    return gate([sentence] if most > allowed else [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few rows, no gates")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    code = run((200, 1_000) if options.quick else tuple(options.sizes))
    sys.exit(0 if options.quick else code)
