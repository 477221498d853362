"""Ask that something is used no more, or again, or is gone. A run does it, and its report says what it touched."""

from collections.abc import Iterable, Sequence

import yaml
from django.db import transaction

from core import audit
from core.bulk import array, fetch
from core.errors import PrefereeError
from core.models import Judge, Membership, Mode, Project, Removal, Role, Run, Subject, User
from core.recipes.shelf import Text
from core.removing.waiting import hold
from core.runs.starting import begin_run, record_run

KNOWN = "SELECT id FROM {table} WHERE project_id = %s AND id = ANY(%s){standing} ORDER BY id"
OF = {
    Subject.PROMPT: "core_prompt",
    Subject.RESPONSE: "core_response",
    Subject.COMPARISON: "core_comparison",
    Subject.PERSON: "core_judge",
}
STANDING = {
    Subject.PROMPT: " AND erased IS NULL",
    Subject.RESPONSE: " AND erased IS NULL",
    Subject.PERSON: " AND kind = 'human'",
}
SUMMARIES = {
    Mode.WITHDRAW: "Keep it, and use it no more.",
    Mode.RESTORE: "Use it again.",
    Mode.ERASE: "Remove its content, and the files that hold it.",
}


def ask(
    project: Project, subject: str, mode: str, ids: Iterable[int], reason: str = "", by: User | None = None
) -> Removal:
    """Record the removal and start its run. `ids` are primary keys; a person's are those of their judge here.

    Raises PrefereeError where nothing of it is there (any more), or the way does not fit.
    """
    with transaction.atomic():
        hold(project)
        targets = _known(project, Subject(subject), ids)
        _check(project, Subject(subject), Mode(mode), targets)
        said = {"subject": Subject(subject).value, "mode": Mode(mode).value}
        removal = Removal.objects.create(
            project=project, targets=targets, reason=reason.strip()[:500], created_by=by, **said
        )
        run = removal.run = _recorded(removal, by)
        removal.save(update_fields=["run"])
        audit.record("removal.ask", project=project, actor=by, target=str(removal.public), targets=len(targets), **said)
    begin_run(run)
    return removal


def _known(project: Project, subject: Subject, ids: Iterable[int]) -> list[int]:
    sql = KNOWN.format(table=OF[subject], standing=STANDING.get(subject, ""))
    return [pk for (pk,) in fetch(sql, [project.pk, array(set(ids))])]


def _check(project: Project, subject: Subject, mode: Mode, targets: list[int]) -> None:
    if not targets:
        raise PrefereeError("Nothing of this is in the project any more, so there is nothing to do.")
    if (subject, mode) == (Subject.COMPARISON, Mode.ERASE):
        raise PrefereeError("A comparison has no content of its own. Erase its prompt or its responses.")
    if (subject, mode) == (Subject.PERSON, Mode.ERASE):
        people = Judge.objects.filter(pk__in=targets, person__isnull=False).values_list("person", flat=True)
        refuse_only_owners(project, list(people))


def refuse_only_owners(project: Project, people: Sequence[int]) -> None:
    """Raises PrefereeError where without these the project had no owner."""
    owners = Membership.objects.filter(project=project, role=Role.OWNER)
    if owners.filter(user__in=people).exists() and not owners.exclude(user__in=people).exists():
        raise PrefereeError(f"{project.name} has no other owner. Hand it over first, then erase this person.")


def _recorded(removal: Removal, by: User | None) -> Run:
    """Files go first: they are found by what the erasure takes away."""
    steps = ["remove_files", "remove"] if removal.mode == Mode.ERASE else ["remove"]
    recipe = {
        "recipe": removal.mode,
        "summary": SUMMARIES[Mode(removal.mode)],
        "stages": [{"uses": step, "tolerate": 0.0} for step in steps],
    }
    source = yaml.safe_dump(recipe, sort_keys=False, width=120)
    text = Text(removal.mode, source, f"the removal {removal.public}", builtin=True)
    return record_run(removal.project, text, {f"{step}.removal": str(removal.public) for step in steps}, by=by)
