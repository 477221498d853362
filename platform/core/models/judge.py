from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils import timezone

from core.models.people import User
from core.models.project import Project


class JudgeKind(models.TextChoices):
    HUMAN = "human"
    AI = "ai"
    GOLD = "gold"
    RULE = "rule"
    METRIC = "metric"


class Judge(models.Model):
    """Somebody who judges. `person` is an account; every other judge came from a file or a worker."""

    public = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="judges", db_index=False)
    kind = models.CharField(max_length=6, choices=JudgeKind)
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=200, blank=True)
    family = models.CharField(max_length=100, blank=True)
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="judges")
    config = models.JSONField(default=dict, blank=True)
    withdrawn = models.DateTimeField(null=True, blank=True, help_text="Since when its judgments count no more.")
    barred = models.DateTimeField(
        null=True, blank=True, help_text="Since when its judgments make no labels, because its card fell short."
    )
    barred_because = models.TextField(blank=True, default="", db_default="")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "kind", "name", "version"], name="judge_name"),
            models.UniqueConstraint(
                fields=["project", "person"], condition=models.Q(person__isnull=False), name="judge_person"
            ),
            models.UniqueConstraint(fields=["id", "project"], name="judge_in_project"),
            models.UniqueConstraint(fields=["id", "person"], name="judge_is_person"),
            models.CheckConstraint(condition=models.Q(kind__in=JudgeKind.values), name="judge_kind_known"),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) | models.Q(kind="human"), name="judge_person_is_human"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".rstrip()
