"""The report as lines for a terminal."""

from collections.abc import Iterator
from typing import Any

Row = tuple[str, int | str]


def lines(report: dict[str, Any]) -> Iterator[str]:
    rows = list(_rows(report))
    width = max(len(label) for label, _ in rows) + 2
    for label, value in rows:
        yield f"{label:<{width}}{value:,}" if isinstance(value, int) else f"{label:<{width}}{value}"


def _rows(report: dict[str, Any]) -> Iterator[Row]:
    counts, labels, agreement = report["counts"], report["labels"], report["agreement"]
    judgments = counts["judgments"]
    yield "prompts", counts["prompts"]
    yield "responses", counts["responses"]
    yield "comparisons", counts["comparisons"]
    yield "judgments by people", judgments["people"]
    yield "judgments by judges", judgments["judges"]
    if judgments["gold"]:
        yield "gold answers", judgments["gold"]
    yield "both bad, among them", judgments["both_bad"]
    yield "people agree with people, %", _figure(agreement["people"], "percent")
    yield "  without ties, %", _figure(agreement["people"], "percent_untied")
    yield "  Cohen's kappa", _figure(agreement["people"], "cohen_kappa")
    yield "  Krippendorff's alpha", _figure(agreement["people"], "krippendorff_alpha_nominal")
    for name, figures in agreement["judges"].items():
        yield f"{name} agrees with people, %", _figure(figures, "percent")
        yield "  without ties, %", _figure(figures, "percent_untied")
        yield "  Cohen's kappa", _figure(figures, "cohen_kappa")
    for name, figures in agreement["gold"].items():
        yield f"{name} agrees with gold, %", _figure(figures, "percent_untied")
    yield "labels: a winner", labels["winner"]
    yield "labels: a tie", labels["ties"]
    yield "labels: both bad", labels["both_bad"]
    yield "labels: undecided", labels["undecided"]
    yield "pairs exported", _exported(report["exported"])


def _figure(figures: dict[str, Any], name: str) -> str:
    """`92.0 (90.1 to 93.4), n 2,997`; a dash and the reason where it cannot be told."""
    value, interval, n = figures[name], figures[f"{name}_interval"], figures[f"{name}_n"]
    if value is None:
        return f"–  {figures[f'{name}_reason']}"
    digits = 1 if "percent" in name else 3
    between = f" ({interval[0]:.{digits}f} to {interval[1]:.{digits}f})" if interval else ""
    return f"{value:.{digits}f}{between}, n {n:,}"


def _exported(exported: dict[str, Any]) -> str:
    share = exported["percent_of_labels"]
    return f"{exported['pairs']:,}" + ("" if share is None else f", {share:.1f} % of the labels")
