"""What to do next in a project, and for somebody who only judges in it."""

from dataclasses import dataclass

from django.urls import reverse

from core.models import Project
from core.permissions import Verb
from core.reports.standing import Loop
from core.work import Work


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence, and one thing to do."""

    sentence: str = ""
    label: str = ""
    address: str = ""


def next_step(project: Project, loop: Loop, work: Work | None, *, exported: bool, verbs: frozenset[Verb]) -> Step:
    """For somebody who reads the project; who manages it is led to what can be started."""
    manages = "manage" in verbs
    if project.archived:
        restore = ("Restore project…", reverse("danger", args=[project.slug])) if "own" in verbs else ()
        return Step("", *restore)
    if not loop.prompts:
        return _import(project) if manages else Step("No prompts yet.")
    if not loop.comparisons:
        sentence = "No comparisons yet. They are made where a prompt has two responses."
        return Step(sentence, *_compare(project)) if manages else Step(sentence)
    if work and work.left:
        return Step("", "Judge the next comparison", reverse("work", args=[project.slug]))
    if loop.exportable and not exported:
        export = ("Export a dataset", reverse("recipe", args=[project.slug, "export"])) if manages else ()
        return Step("Nothing exported yet.", *export)
    return Step()


def _import(project: Project) -> Step:
    return Step("No prompts yet. Import a file.", "Import a file", reverse("import", args=[project.slug]))


def _compare(project: Project) -> tuple[str, str]:
    return "Make comparisons", reverse("new_comparisons", args=[project.slug])


def own_step(project: Project, work: Work | None, *, paused: bool) -> Step:
    """For somebody who only judges."""
    if project.archived:
        return Step(f"{project.name} is archived, so nothing in it is judged any more.")
    if paused:
        return Step("You are paused here, so nothing is handed to you. Ask somebody who manages it when you can go on.")
    work = work or Work()
    if not work.left:
        return Step(f"Nothing for you now. You have judged {work.done:,}; new comparisons appear here.")
    sentence = f"You have judged {work.done:,} of {work.total_in_words} comparisons."
    return Step(sentence, "Judge the next comparison", reverse("work", args=[project.slug]))
