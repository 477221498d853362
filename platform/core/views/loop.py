"""The eight counts along the loop of a project, and what to do next."""

from dataclasses import dataclass

from django.urls import reverse

from core.models import Project
from core.reports.counts import counts, label_counts
from core.work import Work


@dataclass(frozen=True, slots=True)
class Loop:
    prompts: int
    responses: int
    comparisons: int
    by_people: int
    by_judges: int
    decided: int
    undecided: int
    exportable: int

    @property
    def named(self) -> list[tuple[str, int]]:
        return [
            ("Prompts", self.prompts),
            ("Responses", self.responses),
            ("Comparisons", self.comparisons),
            ("Judged by people", self.by_people),
            ("Judged by models", self.by_judges),
            ("Labels decided", self.decided),
            ("Undecided", self.undecided),
            ("Pairs to export", self.exportable),
        ]


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence, and one thing to do: a link, or a command where no page does it."""

    sentence: str
    label: str = ""
    address: str = ""
    command: str = ""


def loop_of(project: Project) -> Loop:
    total, labels = counts(project), label_counts(project)
    return Loop(
        total["prompts"],
        total["responses"],
        total["comparisons"],
        total["judgments"]["people"],
        total["judgments"]["judges"],
        labels["decided"],
        labels["undecided"],
        labels["winner"],
    )


def next_step(project: Project, loop: Loop, work: Work | None, *, exported: bool, manages: bool) -> Step:
    """For somebody who reads the project; who manages it is led to what can be started."""
    if not loop.prompts:
        return Step("No prompts yet. Import a file.", command=f"manage.py ingest FILE --project {project.slug}")
    if not loop.comparisons:
        sentence = "No comparisons yet. They are made where a prompt has two responses."
        return Step(sentence, *_start(project, "Make comparisons", "compare") if manages else ())
    sentence = f"{loop.decided:,} of {loop.comparisons:,} comparisons labelled"
    if loop.undecided:
        sentence += f", {loop.undecided:,} undecided"
    if work and work.left:
        return Step(f"{sentence}.", "Judge the next comparison", reverse("work", args=[project.slug]))
    if loop.exportable and not exported:
        return Step(
            f"{sentence}. Nothing exported yet.", *_start(project, "Export a dataset", "export") if manages else ()
        )
    return Step(f"{sentence}.")


def _start(project: Project, label: str, recipe: str) -> tuple[str, str]:
    """A button's label and where it leads."""
    return label, reverse("recipe", args=[project.slug, recipe])


def own_step(project: Project, work: Work | None) -> Step:
    """For somebody who only judges."""
    work = work or Work()
    if not work.left:
        return Step(f"Nothing for you now. You have judged {work.done:,}; new comparisons appear here.")
    sentence = f"You have judged {work.done:,} of {work.total_in_words} comparisons."
    return Step(sentence, "Judge the next comparison", reverse("work", args=[project.slug]))
