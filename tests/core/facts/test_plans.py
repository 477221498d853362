"""What a search reads: an index, and about a page of rows, whatever is combined and however far down."""

import pytest
from django.db import connection

from core.models import Project
from tests.core.facts.large import ROWS, asked, far, fill, narrowing_of, read_by, work_out
from tests.factories import ProjectFactory

COMPARISONS = 24_000
# A jump in how dense the rows are costs a walk through narrower stretches, which has an end.
MOST_ROWS = 12 * ROWS
# Rows that lie in one part of the table alone.
UNEVEN = {("tag", "old"), ("language", "de"), ("q", '"prompt 77"')}


@pytest.fixture(scope="module")
def large(django_db_setup, django_db_blocker):
    """Filled once for all tests here, and taken away again."""
    with django_db_blocker.unblock():
        project = ProjectFactory()
        fill(project, COMPARISONS)
        work_out(project, COMPARISONS)
        yield project
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE core_project, core_comparisonfacts, core_promptfacts, core_stalefacts CASCADE")


def is_even(query: dict[str, str]) -> bool:
    return not (UNEVEN & set(query.items()) or "until" in query or "since" in query)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["comparison", "prompt"])
def test_every_combination_of_filters_reads_an_index_and_about_a_page(large: Project, kind: str) -> None:
    beyond = []
    for query in asked(kind, seed=1, pairs=150, triples=60):
        narrowing = narrowing_of(large, kind, query)
        first, _ = read_by(large, kind, narrowing, None)
        before = far(large, kind, narrowing, pages=200)
        reads = [first] if before is None else [first, read_by(large, kind, narrowing, before)[0]]
        assert not [each.nodes for each in reads if "Seq Scan" in each.nodes], query
        assert max(each.rows for each in reads) <= MOST_ROWS, query
        if is_even(query) and len(reads) == 2 and abs(reads[0].rows - reads[1].rows) > ROWS:
            beyond.append((query, [each.rows for each in reads]))
    assert not beyond
