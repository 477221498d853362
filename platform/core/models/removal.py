from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import uuid7
from core.models.people import User
from core.models.project import Project
from core.models.run import Run


class Subject(models.TextChoices):
    PROMPT = "prompt"
    RESPONSE = "response"
    COMPARISON = "comparison"
    PERSON = "person"


class Mode(models.TextChoices):
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    ERASE = "erase"


class RemovalQuerySet(models.QuerySet["Removal"]):
    def visible_to(self, user: User) -> "RemovalQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Removal(models.Model):
    """Somebody asked that something is used no more, or is gone. A run does it and writes down what it touched."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="removals")
    subject = models.CharField(max_length=10, choices=Subject)
    mode = models.CharField(max_length=8, choices=Mode)
    targets = ArrayField(models.BigIntegerField(), help_text="Primary keys.")
    reason = models.CharField(max_length=500, blank=True)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="removals")
    report = models.JSONField(default=dict, blank=True, help_text="What was touched, counted.")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True, blank=True)

    objects = RemovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="removal_subject_known"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="removal_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mode} {len(self.targets)} of {self.subject}"
