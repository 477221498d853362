"""What a list of runs is narrowed to: by state, recipe, schedule and person."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from core.models import Project, Run, RunState, User

# Name in the address, label, and what of a run it is compared with.
FILTERS = (
    ("state", "State", "state"),
    ("recipe", "Recipe", "recipe__name"),
    ("schedule", "Schedule", "schedule__public"),
    ("by", "Started by", "created_by__public"),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """`choices` are values with what a reader calls them; `chosen` is one of the values, or empty."""

    name: str
    label: str
    lookup: str
    choices: Sequence[tuple[str, str]]
    chosen: str

    @property
    def in_words(self) -> str:
        return dict(self.choices)[self.chosen]


@dataclass(frozen=True, slots=True)
class RunFilters:
    all: Sequence[Filter]

    @property
    def active(self) -> list[Filter]:
        return [each for each in self.all if each.chosen]

    @property
    def chips(self) -> list[tuple[Filter, str]]:
        """Each that is set, with the address without it."""
        return [(each, self.address(**{each.name: ""})) for each in self.active]

    def narrow(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        return runs.filter(**{each.lookup: each.chosen for each in self.active})

    def address(self, **others: str) -> str:
        """The query of the page with these filters and `others`; an empty one goes."""
        values = {each.name: each.chosen for each in self.all} | others
        return "?" + urlencode({name: value for name, value in values.items() if value})


def filters_of(project: Project, asked: QueryDict) -> RunFilters:
    """Only what there is to choose is looked for; anything else is as if it was not asked."""
    people = User.objects.filter(pk__in=project.runs.values("created_by"))
    choices: dict[str, list[tuple[str, str]]] = {
        "state": [(state.value, state.label) for state in RunState],
        "recipe": [(name, name) for name in project.recipes.order_by("name").values_list("name", flat=True).distinct()],
        "schedule": [(str(each.public), each.name) for each in project.schedules.order_by("name")],
        "by": sorted(((str(person.public), str(person)) for person in people), key=lambda choice: choice[1]),
    }
    return RunFilters([_filter(*each, choices[each[0]], asked.get(each[0], "")) for each in FILTERS])


def _filter(name: str, label: str, lookup: str, choices: list[tuple[str, str]], asked: str) -> Filter:
    return Filter(name, label, lookup, choices, asked if asked in dict(choices) else "")
