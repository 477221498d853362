"""Which comparisons a barred judge judged is read from an index, however many others there are."""

import re

import pytest
from django.db import connection

from core.models import Judge, Project
from core.runs.steps import Context
from synth.cards.relabelling import Relabel, RelabelConfig
from tests.factories import JudgeFactory, ProjectFactory, PromptFactory

pytestmark = pytest.mark.django_db
MANY, FEW = 20_000, 30
COMPARISONS = """
INSERT INTO core_comparison (public, project_id, prompt_id, key, k, votes_wanted, priority, created)
SELECT gen_random_uuid(), %(project)s, %(prompt)s, decode(md5('comparison ' || n), 'hex'), 2, 2, 0, now()
  FROM generate_series(1, %(many)s) n
"""
JUDGMENTS = """
INSERT INTO core_judgment (project_id, comparison_id, k, judge_id, occasion, sample, ranks, status, partial, both_bad,
                           answers, ratings, spans, rationale, live)
SELECT %(project)s, id, 2, %(judge)s, 'first', 1, '{1,2}', 'submitted', false, false, '{}', '{}', '[]', '', true
  FROM core_comparison WHERE project_id = %(project)s ORDER BY id LIMIT %(count)s
"""


@pytest.fixture
def project() -> Project:
    """One judge judged all, another few."""
    project = ProjectFactory()
    named = {"project": project.pk, "prompt": PromptFactory(project=project).pk, "many": MANY}
    with connection.cursor() as cursor:
        cursor.execute(COMPARISONS, named)
        for name, count in (("all", MANY), ("few", FEW)):
            judge = JudgeFactory(project=project, name=name, kind="ai")
            cursor.execute(JUDGMENTS, named | {"judge": judge.pk, "count": count})
        cursor.execute("ANALYZE core_comparison, core_judgment, core_judge")
    return project


def inputs(project: Project, name: str):
    judge = Judge.objects.get(project=project, name=name)
    return Relabel().inputs(Context(project, RelabelConfig(judges=[judge.public])))


def test_the_comparisons_of_one_judge_are_read_by_that_judge(project):
    few = inputs(project, "few")
    plan = few.explain(analyze=True)
    assert few.count() == FEW
    assert "judgment_of_judge" in plan
    assert not re.search(r"Seq Scan on core_(judgment|comparison)", plan), plan


def test_what_stands_no_more_does_not_count(project):
    Judge.objects.filter(project=project, name="few").get().judgments.update(live=False)
    assert inputs(project, "few").count() == 0
    assert inputs(project, "all").count() == MANY
