"""The general settings of a project, and the one verb that changes them."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.errors import Conflict, PrefereeError
from core.ids import canonical, key_of
from core.images.ringing import look_again
from core.models import Project, Run, User
from core.models.project import known_time_zone
from core.runs.inside import stop_outside
from core.runs.starting import start_run
from core.schedules.actions import follow_time_zone

MOST_PEOPLE = 100
LONGEST_NAME = 200
STALE = (
    "Somebody else has changed these settings since you opened this page. What they hold now is shown below each "
    "field; save again to put yours in their place."
)


@dataclass(frozen=True, slots=True)
class Settings:
    """`budget` is money for the runs of models, `budget_hours` is time of people; None is no limit."""

    name: str
    overlap: int
    time_zone: str
    budget: Decimal | None = None
    budget_hours: int | None = None
    text_stays_inside: bool = False
    fetches_images: bool = False

    @property
    def mark(self) -> str:
        """The same for the same settings: a form carries it, to notice that somebody else was quicker."""
        return key_of(canonical(self.plain)).hex()

    @property
    def plain(self) -> dict[str, Any]:
        """As the audit log and the mark take it."""
        return {**asdict(self), "budget": None if self.budget is None else f"{self.budget:.2f}"}


def settings_of(project: Project) -> Settings:
    return Settings(**{name: getattr(project, name) for name in Settings.__slots__})


def change_settings(
    project: Project, wanted: Settings, *, seen: str, waiting_too: bool = False, by: User | None = None
) -> Run | None:
    """Change what differs, all or nothing; the run that follows where waiting comparisons are to follow the overlap.

    `seen` is the mark of the settings that the person had before them. Raises Conflict where they have changed since,
    PrefereeError where a value does not fit.
    """
    _check(wanted)
    with transaction.atomic():
        locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        before = settings_of(locked)
        if before.mark != seen:
            raise Conflict(STALE)
        changed = _changed(before, wanted)
        for name in changed:
            setattr(locked, name, getattr(wanted, name))
        locked.save(update_fields=list(changed))
        if changed:
            audit.record("project.change", project=locked, actor=by, target=locked.slug, changed=changed)
        _follow(locked, changed)
    project.refresh_from_db()
    return start_run(project, "overlap", {"votes": wanted.overlap}, by=by) if waiting_too else None


def _changed(before: Settings, wanted: Settings) -> dict[str, dict[str, Any]]:
    """Old and new value of each setting that differs."""
    old, new = before.plain, wanted.plain
    return {name: {"from": old[name], "to": new[name]} for name in new if old[name] != new[name]}


def _follow(project: Project, changed: dict[str, dict[str, Any]]) -> None:
    if "time_zone" in changed:
        follow_time_zone(project)
    if "text_stays_inside" in changed:
        stop_outside(project)
    if project.fetches_images and {"fetches_images", "text_stays_inside"} & changed.keys():
        transaction.on_commit(lambda: look_again(project))


def _check(wanted: Settings) -> None:
    if not wanted.name.strip() or len(wanted.name) > LONGEST_NAME:
        raise PrefereeError(f"The name has {len(wanted.name)} characters. Write 1 to {LONGEST_NAME}.")
    if not 1 <= wanted.overlap <= MOST_PEOPLE:
        raise PrefereeError(f"{wanted.overlap} people cannot judge a comparison. Write 1 to {MOST_PEOPLE}.")
    if wanted.budget is not None and wanted.budget <= 0:
        raise PrefereeError("The budget is not above zero. Leave it empty for none.")
    if wanted.budget_hours is not None and wanted.budget_hours <= 0:
        raise PrefereeError("The hours are not above zero. Leave them empty for no limit.")
    try:
        known_time_zone(wanted.time_zone)
    except ValidationError as error:
        raise PrefereeError(error.messages[0]) from error
