from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.ids import uuid7
from core.models.people import User
from core.models.project import Project


class RunState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Run(models.Model):
    """One execution of a recipe, as a row that a person can watch."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="runs")
    recipe = models.CharField(max_length=60)
    config = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=RunState, default=RunState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    code_version = models.CharField(max_length=60)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="run_done_of_total"),
        ]

    def __str__(self) -> str:
        return f"{self.recipe} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in (RunState.DONE, RunState.FAILED)
