"""When a recipe runs by itself."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import uuid7
from core.models.people import User
from core.models.project import Project


class Overlap(models.TextChoices):
    """What happens when a run is due while the one before it still goes; one that waits for people does not go."""

    SKIP = "skip", "Skip it"
    QUEUE = "queue", "Start it when the other has ended"
    ALLOW = "allow", "Start it beside the other"


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def visible_to(self, user: User) -> "ScheduleQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Schedule(models.Model):
    """A recipe of the project, its settings, and the times at which it starts, in the project's time zone."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=80)
    recipe = models.CharField(max_length=60, help_text="The newest version of this name is used.")
    settings = models.JSONField(default=dict, blank=True)
    cron = models.CharField(max_length=120, help_text="Minute, hour, day of month, month, day of week.")
    only_new = models.BooleanField(default=True, help_text="Only inputs without an output by the same configuration.")
    overlap = models.CharField(max_length=5, choices=Overlap, default=Overlap.SKIP)
    max_cost = models.DecimalField(
        max_digits=12, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    enabled = models.BooleanField(default=True)
    next_due = models.DateTimeField(null=True, blank=True, help_text="Whoever moves it on starts the run, once.")
    note = models.TextField(blank=True, help_text="What became of the last time it was due, where no run did.")
    untold = models.BooleanField(default=False, help_text="It could not start, and people do not know it yet.")
    task = models.OneToOneField(
        "django_celery_beat.PeriodicTask", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="schedule_name"),
            models.CheckConstraint(condition=Q(overlap__in=Overlap.values), name="schedule_overlap_known"),
        ]

    def __str__(self) -> str:
        return self.name
