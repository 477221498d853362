"""Groups of people, and the tags that only they judge: make, change, delete, bind. The queue follows by a signal."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from core import audit
from core.errors import Conflict, PrefereeError
from core.models import Group, Project, TagRule, User
from core.signals import people_changed, routing_changed

LONGEST_NAME, LONGEST_ABOUT, LONGEST_TAG = 60, 200, 100
MOST_RULES = 500


@transaction.atomic
def make_group(project: Project, name: str, *, about: str = "", by: User | None = None) -> Group:
    """Raises PrefereeError where the name is empty, too long or taken."""
    group = _save(Group(project=project), name, about)
    audit.record("group.make", project=project, actor=by, target=str(group.public), name=group.name)
    return group


@transaction.atomic
def change_group(group: Group, name: str, *, about: str = "", by: User | None = None) -> None:
    """Another name or description. Raises PrefereeError as `make_group` does."""
    before = group.name
    _save(group, name, about)
    detail = {"name": group.name, "before": before}
    audit.record("group.change", project=group.project, actor=by, target=str(group.public), **detail)


@transaction.atomic
def delete_group(group: Group, *, by: User | None = None) -> None:
    """Its rules go with it; what it alone was asked about goes where the other rules send it, else to everybody."""
    project, people = group.project, list(group.people.values_list("pk", flat=True))
    _lock(project)
    lock_people(people)
    tags = list(group.tag_rules.values_list("tag", flat=True))
    audit.record("group.delete", project=project, actor=by, target=str(group.public), name=group.name, tags=tags)
    group.delete()
    routing_changed.send(Group, project=project)
    people_changed.send(Group, project=project, people=people)


@transaction.atomic
def set_people(group: Group, people: Iterable[User], *, by: User | None = None) -> None:
    """These and no others are in it. Raises PrefereeError where one is no member of the project."""
    wanted = {person.pk for person in people}
    members = set(group.project.memberships.filter(user__in=wanted).values_list("user", flat=True))
    if wanted - members:
        raise PrefereeError("Somebody of these is not in the project any more. Reload the page and choose again.")
    now = set(group.people.values_list("pk", flat=True))
    added, removed = wanted - now, now - wanted
    if not added and not removed:
        return
    lock_people(added | removed)
    group.people.add(*added)
    group.people.remove(*removed)
    detail = {"group": group.name, "added": _publics(added), "removed": _publics(removed)}
    audit.record("group.people", project=group.project, actor=by, target=str(group.public), **detail)
    people_changed.send(Group, project=group.project, people=sorted(removed))


@transaction.atomic
def set_groups(project: Project, person: User, groups: Iterable[Group], *, by: User | None = None) -> None:
    """The person is in these groups of the project and in no others of it."""
    wanted = {group.pk for group in groups}
    own = {group.pk: group for group in project.groups.all()}
    now = set(person.work_groups.filter(project=project).values_list("pk", flat=True))
    added, removed = (wanted & own.keys()) - now, now - wanted
    if not added and not removed:
        return
    lock_people([person.pk])
    person.work_groups.add(*added)
    person.work_groups.remove(*removed)
    detail = {"added": [own[pk].name for pk in sorted(added)], "removed": [own[pk].name for pk in sorted(removed)]}
    audit.record("member.groups", project=project, actor=by, target=str(person.public), **detail)
    people_changed.send(Group, project=project, people=[person.pk])


@transaction.atomic
def bind_tag(group: Group, tag: str, *, by: User | None = None) -> TagRule:
    """From now on only the group judges what has the tag, unless an earlier rule holds it. The rule comes last.

    Raises PrefereeError where the tag is empty, too long, or bound already.
    """
    project, tag = group.project, " ".join(tag.split())
    if not tag or len(tag) > LONGEST_TAG:
        raise PrefereeError(f"The tag has {len(tag)} characters. Write 1 to {LONGEST_TAG}.")
    _lock(project)
    if not Group.objects.filter(pk=group.pk).exists():
        raise Conflict(f"The group {group} is not there any more. Reload the page.")
    bound = TagRule.objects.filter(project=project, tag=tag).select_related("group").first()
    if bound is not None:
        raise PrefereeError(f"“{tag}” goes to {bound.group} already. Remove that rule first.")
    last = project.tag_rules.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_RULES:
        raise PrefereeError(f"The project has {MOST_RULES} rules, which is the most. Remove one first.")
    rule = TagRule.objects.create(project=project, group=group, tag=tag, number=last + 1)
    _ruled("rule.bind", rule, by)
    return rule


@transaction.atomic
def unbind_tag(rule: TagRule, *, by: User | None = None) -> None:
    """What it held goes where the rules after it send it, else to everybody."""
    rule = _locked_rule(rule)
    rule.project.tag_rules.filter(number__gt=rule.number).update(number=F("number") - 1)
    TagRule.objects.filter(pk=rule.pk).delete()
    _ruled("rule.unbind", rule, by)


@transaction.atomic
def move_rule(rule: TagRule, up: bool, *, by: User | None = None) -> None:
    """One place up or down; at the end it stays where it is."""
    rule = _locked_rule(rule)
    rules = list(rule.project.tag_rules.order_by("number", "pk"))
    order = [each.pk for each in rules]
    at = order.index(rule.pk)
    other = at - 1 if up else at + 1
    if not 0 <= other < len(order):
        return
    order[at], order[other] = order[other], order[at]
    numbers = {pk: number for number, pk in enumerate(order, start=1)}
    for each in rules:
        each.number = numbers[each.pk]
    TagRule.objects.bulk_update(rules, ["number"])
    _ruled("rule.move", rule, by, number=numbers[rule.pk])


def lock_people(people: Iterable[int]) -> None:
    """Until the transaction ends, nothing is handed to these people."""
    found = User.objects.filter(pk__in=list(people)).order_by("pk")
    list(found.select_for_update(no_key=True).values_list("pk"))


def _lock(project: Project) -> None:
    """Rules of one project change one after the other, so that their numbers stay an order."""
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)


def _locked_rule(rule: TagRule) -> TagRule:
    _lock(rule.project)
    found = TagRule.objects.select_related("project", "group").filter(pk=rule.pk).first()
    if found is None:
        raise Conflict(f"The rule for “{rule.tag}” is not there any more. Reload the page.")
    return found


def _save(group: Group, name: str, about: str) -> Group:
    group.name, group.description = " ".join(name.split()), " ".join(about.split())
    if not group.name or len(group.name) > LONGEST_NAME:
        raise PrefereeError(f"The name has {len(group.name)} characters. Write 1 to {LONGEST_NAME}.")
    if len(group.description) > LONGEST_ABOUT:
        raise PrefereeError(f"The description has {len(group.description)} characters. Write at most {LONGEST_ABOUT}.")
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise PrefereeError(f"There is a group “{group.name}” already. Choose another name.") from error
    return group


def _ruled(verb: str, rule: TagRule, by: User | None, **detail: object) -> None:
    said = {"tag": rule.tag, "group": rule.group.name, **detail}
    audit.record(verb, project=rule.project, actor=by, target=str(rule.group.public), **said)
    routing_changed.send(TagRule, project=rule.project)


def _publics(people: Iterable[int]) -> list[str]:
    found = User.objects.filter(pk__in=list(people)).order_by("pk").values_list("public", flat=True)
    return [str(public) for public in found]
