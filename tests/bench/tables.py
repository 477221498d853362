"""Filtered tables: what each filter, each two and some threes read for the first page and for the thousandth."""

import argparse
import sys
from statistics import median

from measures import gate, print_load, print_table, timed
from stand import database

MOST_ROWS = 600


def run(comparisons: int, pairs: int | None, triples: int) -> int:
    from core.models import Project
    from core.projects import create_project
    from tests.core.facts.large import fill, work_out

    failures: list[str] = []
    with database():
        print_load("before")
        project = create_project("large")
        with timed() as filling:
            fill(project, comparisons)
        with timed() as working:
            work_out(project, comparisons)
        print(f"{comparisons:,} comparisons filled in {filling.seconds:.0f} s, without facts")
        print(f"facts: {comparisons / working.seconds:,.0f} comparisons/s")
        rows = [examine(Project.objects.get(pk=project.pk), kind, pairs, triples, failures) for kind in KINDS]
        print_table(HEAD, rows)
        print_load("after")
    return gate(failures)


KINDS = ("comparison", "prompt")
HEAD = ["table", "filters", "rows read", "most", "page 1,000: rows read", "most", "ms", "most ms", "blocks", "most"]


def examine(project: object, kind: str, pairs: int | None, triples: int, failures: list[str]) -> list[str]:
    from tests.core.facts.large import FAR, ROWS, asked, far, narrowing_of, read_by

    first, later, seconds, blocks = [], [], [], []
    for query in asked(kind, 0, pairs, triples):
        narrowing = narrowing_of(project, kind, query)
        read, _ = read_by(project, kind, narrowing, None)
        first.append(read.rows)
        reads = [read]
        if (before := far(project, kind, narrowing, FAR)) is not None:
            deep, _ = read_by(project, kind, narrowing, before)
            later.append(deep.rows)
            reads.append(deep)
            if abs(deep.rows - read.rows) > ROWS:
                print(f"{kind}s {query}: {read.rows} rows for the first page, {deep.rows} far down")
        seconds += [each.seconds for each in reads]
        blocks += [each.blocks for each in reads]
        for each in reads:
            if "Seq Scan" in each.nodes:
                failures.append(f"{kind}s {query}: the whole table is read.")
            if each.rows > MOST_ROWS:
                failures.append(f"{kind}s {query}: {each.rows} rows are read for a page.")
    cells = [(median(values), max(values)) for values in (first, later or [0], [1000 * s for s in seconds], blocks)]
    return [f"{kind}s", f"{len(first):,}", *(f"{cell:,.0f}" for pair in cells for cell in pair)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few rows, no gates")
    parser.add_argument("--comparisons", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, help="so many of all pairs of filters")
    options = parser.parse_args()
    code = run(4_000, 20, 5) if options.quick else run(options.comparisons, options.pairs, 300)
    sys.exit(0 if options.quick else code)
