"""What the audit log is narrowed to, as it stands in the page's address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from core.auditing.search import Place, Search
from core.auditing.words import in_words
from core.models import Project, User

LONGEST_TARGET = 200
LONGEST_ID = 18  # digits that fit into 64 bits


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """`people` and `verbs` are what there is to choose from; `values` what was chosen, by name in the address."""

    search: Search
    people: Sequence[User]
    verbs: Sequence[tuple[str, str]]
    values: dict[str, str]

    @property
    def active(self) -> bool:
        return any(self.values.values())

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """Label, words and the address without it, of each that is set."""
        said = {"who": str(self.search.person), "verb": in_words(self.search.verb)}
        labels = {"who": "Who", "verb": "What", "target": "Target", "since": "From", "until": "To"}
        return [
            (labels[name], said.get(name, value), self.address(**{name: ""}))
            for name, value in self.values.items()
            if value
        ]

    def address(self, **others: str) -> str:
        """The query of the page with these filters and `others`; an empty one goes."""
        values = self.values | others
        return "?" + urlencode({name: value for name, value in values.items() if value})


def filters_of(project: Project | None, asked: QueryDict) -> AuditFilters:
    """Only what there is to choose is looked for; anything else is as if it was not asked."""
    whole = Search(project)
    people, verbs = whole.people(), whole.verbs()
    person = next((each for each in people if str(each.public) == asked.get("who")), None)
    verb = asked.get("verb", "") if asked.get("verb") in verbs else ""
    target = asked.get("target", "").strip().replace("\0", "")[:LONGEST_TARGET]
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
    search = Search(project, person, verb, target, since, until, project.time_zone if project else "UTC")
    values = {
        "who": str(person.public) if person else "",
        "verb": verb,
        "target": target,
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
    }
    choices = sorted(((each, in_words(each)) for each in verbs), key=lambda choice: choice[1])
    return AuditFilters(search, people, choices, values)


def place_of(text: str) -> Place | None:
    """Where a page begins: the time and number of the event before it, as `before` has it in the address."""
    moment, _, number = text.rpartition("_")
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_ID):
        return None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, int(number)) if at.tzinfo else None


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1900 <= day.year <= 9000 else None  # midnight has to exist in every time zone
