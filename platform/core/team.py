"""The people of a project with what they have before them and what they did; and what their groups lack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Prefetch, Q
from django.urls import reverse

from core.alarms import Alarm
from core.hours import Figures, figures_of
from core.models import Group, Membership, Project, User
from core.periods import Period
from core.permissions import MAY
from core.places import EVERYBODY, MOST_COUNTED, Places, seats_in, waiting_in

JUDGING = [role for role, verbs in MAY.items() if "judge" in verbs]
CAN_JUDGE = Q(role__in=JUDGING, paused=None, user__is_active=True)


@dataclass(frozen=True, slots=True)
class Person:
    """`member` is None for somebody who has left and worked here in the period."""

    user: User
    member: Membership | None
    groups: list[Group] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    figures: Figures = field(default_factory=Figures)
    seen: datetime | None = None

    @property
    def state(self) -> str:
        if self.member is None:
            return "left"
        if self.member.paused:
            return "paused"
        return "active" if self.seen else "never"


@dataclass(frozen=True, slots=True)
class Totals:
    held: int
    assigned: int
    this_week: int
    judgments: int
    skipped: int
    hours: float
    hours_ever: float
    unmeasured: int


def people_of(project: Project, period: Period) -> list[Person]:
    """Members by name, then those who have left and worked in the period. The number of queries is always the same."""
    figures, places = figures_of(project, period), seats_in(project)
    members = list(_members(project))
    known = {member.user_id for member in members}
    here = [_person(member, figures, places) for member in members]
    left = [pk for pk, each in figures.items() if pk not in known and each.judgments]
    gone = User.objects.filter(pk__in=left).order_by("name", "email")
    return here + [Person(user, None, figures=figures[user.pk]) for user in gone]


def person_of(project: Project, member: Membership, period: Period) -> Person:
    found = _members(project).get(pk=member.pk)
    return _person(found, figures_of(project, period, found.user), seats_in(project))


def totals_of(people: Iterable[Person]) -> Totals:
    rows = list(people)
    figures = [row.figures for row in rows]
    return Totals(
        sum(row.places.held for row in rows),
        sum(row.places.assigned for row in rows),
        sum(each.this_week for each in figures),
        sum(each.judgments for each in figures),
        sum(each.skipped for each in figures),
        sum(each.hours for each in figures),
        sum(each.hours_ever for each in figures),
        sum(each.unmeasured for each in figures),
    )


def _members(project: Project) -> Any:
    own = Prefetch("user__work_groups", Group.objects.filter(project=project).order_by("name"), to_attr="own_groups")
    found = Membership.objects.filter(project=project).select_related("user").prefetch_related(own)
    return found.annotate(session=Max("user__sessions__last_used")).order_by("user__name", "user__email")


def _person(member: Any, figures: Mapping[int, Figures], places: Mapping[int, Places]) -> Person:
    of = figures.get(member.user_id, Figures())
    times = [time for time in (of.last, member.session, member.user.last_login) if time]
    seen, groups = max(times, default=None), member.user.own_groups
    return Person(member.user, member, groups, places.get(member.user_id, Places()), of, seen)


def team_alarms(project: Project) -> list[Alarm]:
    """Comparisons that wait for people who are not there."""
    waiting = {pk: count for pk, count in waiting_in(project).items() if count}
    if not waiting:
        return []
    if not project.memberships.filter(CAN_JUDGE).exists():
        said = (
            f"{_counted(sum(waiting.values()))}, and nobody in the project can judge them. Invite or resume somebody."
        )
        return [Alarm(said, "Team", reverse("team", args=[project.slug]), "Nobody", "team")]
    return [_alarm(project, group, waiting[group.pk]) for group in _empty(project, waiting)]


def _empty(project: Project, waiting: Mapping[int, int]) -> Iterable[Group]:
    able = Membership.objects.filter(CAN_JUDGE, project=project, user__work_groups=OuterRef("pk"))
    groups = Group.objects.filter(project=project, pk__in=waiting.keys() - {EVERYBODY})
    return groups.filter(~Exists(able)).order_by("name")


def _alarm(project: Project, group: Group, count: int) -> Alarm:
    said = f"{_counted(count)} for the group {group}, and nobody in it can judge. Add somebody to it or resume them."
    address = reverse("group", args=[project.slug, group.public])
    return Alarm(said, group.name, address, "Nobody", "team")


def _counted(count: int) -> str:
    number = f"{count:,}" if count < MOST_COUNTED else f"{MOST_COUNTED:,} or more"
    return f"{number} comparison{'s wait' if count != 1 else ' waits'}"
