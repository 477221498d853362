"""Agreement of a project as plain values: shares as percent, each with its 95 % interval and n."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from core.labels.agreement import Estimate, judge_with_people, people
from core.labels.verdicts import Verdicts
from core.models import Judge, Project
from core.reports.columns import GOLD, MACHINES, PEOPLE, Columns, read_columns

Judges = dict[str, dict[str, Any]]


def agreement(project: Project) -> dict[str, Any]:
    """`people`: people with people. `judges`: each judge with people. `gold`: each judge, and people, with gold."""
    columns = read_columns(project)
    voted, gold = columns.of(PEOPLE), columns.of(GOLD)
    names = _names(project)
    machines, persons = (np.unique(columns.of(kind).judge).tolist() for kind in (MACHINES, PEOPLE))
    judges = _each(columns, machines, gold, names, "judge") | _each(columns, persons, gold, names, "person")
    return {
        "people": _people(voted),
        "judges": _each(columns, machines, voted, names, "judge") if len(voted) else {},
        "gold": dict(sorted(judges.items())) if len(gold) else {},
    }


def _people(voted: Verdicts) -> dict[str, Any]:
    figures = people(voted)
    return {
        **_figure("percent", figures.percent, 100),
        **_figure("percent_untied", figures.percent_untied, 100),
        **_figure("cohen_kappa", figures.cohen_kappa),
        **_figure("krippendorff_alpha_nominal", figures.krippendorff_alpha_nominal),
        "people": figures.n_people,
        "units": figures.n_units,
        "prompts": figures.n_prompts,
    }


def _each(columns: Columns, judges: Iterable[int], others: Verdicts, names: dict[int, str], who: str) -> Judges:
    """By name; `who` says whether it is a person, for whoever may not read names."""
    named = sorted(judges, key=names.__getitem__)
    return {names[judge]: {"who": who, **_judge(columns.of_judge(judge), others)} for judge in named}


def _judge(verdicts: Verdicts, others: Verdicts) -> dict[str, Any]:
    figures = judge_with_people(verdicts, others)
    return {
        **_figure("percent", figures.percent, 100),
        **_figure("percent_untied", figures.percent_untied, 100),
        **_figure("cohen_kappa", figures.cohen_kappa),
        **_figure("judge_ties_percent", figures.judge_ties, 100),
        "comparisons": figures.n_comparisons,
    }


def _figure(name: str, estimate: Estimate, scale: int = 1) -> dict[str, Any]:
    """The value under its own name, its interval and n beside it; the reason where there is none."""
    digits = 2 if scale == 100 else 4

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value * scale, digits)

    figure: dict[str, Any] = {
        name: rounded(estimate.value),
        f"{name}_interval": None if estimate.low is None else [rounded(estimate.low), rounded(estimate.high)],
        f"{name}_n": estimate.n,
    }
    return {**figure, f"{name}_reason": estimate.reason} if estimate.reason else figure


def _names(project: Project) -> dict[int, str]:
    """The judge's name; with its kind or version where two of the project share the name."""
    judges = list(Judge.objects.filter(project=project).order_by("id"))
    taken: dict[str, int] = {}
    for judge in judges:
        taken[judge.name] = taken.get(judge.name, 0) + 1
    return {
        judge.pk: judge.name if taken[judge.name] == 1 else f"{judge.name} ({judge.version or judge.kind} {judge.pk})"
        for judge in judges
    }
