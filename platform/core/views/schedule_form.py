"""The form of a schedule: simple times or a cron line, the recipe and its settings, and what it may do and cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms

from core.errors import PrefereeError
from core.models import Overlap, Project, Schedule
from core.recipes.forms import RecipeForm, form_of
from core.recipes.reading import read_recipe
from core.recipes.shelf import find_recipe, recipes_of
from core.schedules.actions import LONGEST_NAME, Plan
from core.schedules.clock import now
from core.schedules.times import CronError, next_times
from core.schedules.words import Simple, in_words, simple_of

SHOWN_TIMES = 5
KINDS = ("daily", "weekdays", "hourly", "cron")
USUAL = Simple("daily", "02:00")
SMALLEST_COST = Decimal("0.0001")
OTHER_RECIPE = "These are the settings of the recipe that you chose. Look at them, then save again."


class ScheduleForm(forms.Form):
    """Errors of the time are those of `kind`, whichever control they are about."""

    name = forms.CharField(max_length=LONGEST_NAME, error_messages={"required": "Write a name."})
    recipe = forms.CharField(max_length=60, error_messages={"required": "Choose a recipe."})
    kind = forms.CharField(required=False, max_length=10)
    daily_at = forms.CharField(required=False, max_length=10)
    weekdays_at = forms.CharField(required=False, max_length=10)
    minute = forms.CharField(required=False, max_length=10)
    cron = forms.CharField(required=False, max_length=200)
    overlap = forms.ChoiceField(choices=Overlap.choices, error_messages={"required": "Choose one of the three."})
    only_new = forms.BooleanField(required=False)
    max_cost = forms.DecimalField(
        required=False,
        min_value=SMALLEST_COST,
        max_digits=12,
        decimal_places=4,
        error_messages={"min_value": "Write more than 0, or nothing.", "invalid": "Write a number, or nothing."},
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            cleaned["line"] = line_of(self.data)
            next_times(cleaned["line"], "UTC", now(), 1)
        except CronError as error:
            self.add_error("kind", str(error))
        return cleaned


def line_of(data: Mapping[str, Any]) -> str:
    """The cron line that the controls of the time say. Raises CronError where they say none."""
    kind = data.get("kind", "")
    if kind == "cron":
        return " ".join(str(data.get("cron", ""))[:200].lower().split())
    if kind == "hourly":
        return Simple(kind, minute=_whole(str(data.get("minute", "")))).cron
    if kind in KINDS:
        return Simple(kind, str(data.get(f"{kind}_at", ""))[:10]).cron
    raise CronError("Choose when it starts.")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise CronError(f"“{text[:10]}” is no minute. Write 0 to 59.")
    return int(text)


def initial_of(schedule: Schedule | None) -> dict[str, Any]:
    """What the controls hold at first."""
    simple = simple_of(schedule.cron) if schedule else USUAL
    found: dict[str, Any] = {
        "kind": simple.kind if simple else "cron",
        "daily_at": simple.at if simple and simple.kind == "daily" else USUAL.at,
        "weekdays_at": simple.at if simple and simple.kind == "weekdays" else USUAL.at,
        "minute": str(simple.minute) if simple else "0",
        "cron": schedule.cron if schedule else USUAL.cron,
    }
    for name in ("name", "recipe", "overlap", "only_new", "max_cost"):
        found[name] = getattr(schedule or Schedule(), name)
    if found["max_cost"] is not None:
        found["max_cost"] = f"{found['max_cost'].normalize():f}"
    return found


@dataclass(frozen=True, slots=True)
class Times:
    """The next times, with words where the line has simple ones, or what is wrong with it."""

    times: list[datetime] = field(default_factory=list)
    words: str = ""
    error: str = ""


def times_of(project: Project, line: str) -> Times:
    try:
        words = in_words(line)
        times = next_times(line, project.time_zone, now(), SHOWN_TIMES)
        return Times(times, "" if line in words else words)
    except CronError as error:
        return Times(error=str(error))


def times_typed(project: Project, data: Mapping[str, Any]) -> Times:
    try:
        return times_of(project, line_of(data))
    except CronError as error:
        return Times(error=str(error))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one recipe as a form, or the sentence why it has none."""

    recipe: str
    form: RecipeForm | None = None
    error: str = ""


def settings_of(project: Project, recipe: str, values: Mapping[str, Any], sent: Mapping[str, str] | None) -> Settings:
    try:
        text = find_recipe(project, recipe)
        return Settings(recipe, form_of(read_recipe(text.source, text.where), values, sent))
    except PrefereeError as error:
        return Settings(recipe, error=str(error))


def sent_settings(data: Mapping[str, str]) -> dict[str, str]:
    """Names of settings have a dot, which no other control's has."""
    return {name: text for name, text in data.items() if "." in name}


def recipe_names(project: Project) -> list[str]:
    return list(recipes_of(project))


def plan_of(form: ScheduleForm, values: Mapping[str, Any]) -> Plan:
    """What a valid form says."""
    cleaned = form.cleaned_data
    return Plan(
        name=cleaned["name"],
        recipe=cleaned["recipe"],
        cron=cleaned["line"],
        settings=values,
        only_new=cleaned["only_new"],
        overlap=cleaned["overlap"],
        max_cost=cleaned["max_cost"],
    )
