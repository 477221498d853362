"""People of a project who share what they know: experts, a language, a shift; and the tags that only they judge."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import models
from django.utils import timezone

from core.models.project import Project

if TYPE_CHECKING:
    from core.models.people import User


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: "User") -> "GroupQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Group(models.Model):
    public = models.UUIDField(unique=True, default=uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200, blank=True)
    people = models.ManyToManyField("core.User", related_name="work_groups", blank=True)
    created = models.DateTimeField(default=timezone.now)

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="group_name"),
            models.UniqueConstraint(fields=["id", "project"], name="group_in_project"),
        ]

    def __str__(self) -> str:
        return self.name


class TagRule(models.Model):
    """Comparisons whose prompt has the tag are judged by the group alone. The first rule by number holds."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="tag_rules")
    tag = models.CharField(max_length=100)
    group = models.ForeignKey(Group, models.CASCADE, related_name="tag_rules")
    number = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "tag"], name="tag_rule_once")]

    def __str__(self) -> str:
        return f"{self.tag} → {self.group}"
