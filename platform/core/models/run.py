"""What is to be done, how far it is, and what failed: a run, its stages, their shards."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import uuid7
from core.models.people import User
from core.models.project import Project
from core.models.recipe import Recipe
from core.models.schedule import Schedule


class RunState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked", "Waiting for people"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = (RunState.DONE, RunState.FAILED, RunState.CANCELLED)
GOING = (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: User) -> "RunQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Run(models.Model):
    """One execution of a recipe, as a row that a person can watch."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="runs")
    recipe = models.ForeignKey(Recipe, models.CASCADE, related_name="runs")
    settings = models.JSONField(default=dict, help_text="What was set beside the recipe, as it was given.")
    only_new = models.BooleanField(default=False, help_text="Only inputs without an output by the same configuration.")
    state = models.CharField(max_length=9, choices=RunState, default=RunState.QUEUED)
    error = models.TextField(blank=True)
    max_cost = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    schedule = models.ForeignKey(Schedule, models.SET_NULL, null=True, blank=True, related_name="runs")
    due = models.DateTimeField(null=True, blank=True, help_text="The time of the schedule that started it.")
    told = models.DateTimeField(null=True, blank=True, help_text="When people were told that it failed.")
    code_version = models.CharField(max_length=60)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
            models.UniqueConstraint(fields=["schedule", "due"], name="run_once_a_due_time"),
        ]
        indexes = [
            models.Index(fields=["project", "-public"], name="run_newest"),
            models.Index(fields=["state"], condition=~Q(state__in=OVER), name="run_open"),
        ]

    def __str__(self) -> str:
        return f"{self.recipe.name} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class StageState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    PARKED = "parked", "Waiting for people"
    DONE = "done"
    FAILED = "failed"


class Stage(models.Model):
    """One step of a run over a snapshot of inputs. Counters are of inputs; `failed` ones are kept as failures."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="stages")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    step = models.CharField(max_length=60)
    config = models.JSONField(default=dict)
    after = ArrayField(models.PositiveSmallIntegerField(), default=list, help_text="Stages that are done before it.")
    work_key = models.BinaryField(max_length=16, default=b"", help_text="Hash of the step and its configuration.")
    queue = models.CharField(max_length=20, default="cpu")
    tolerated = models.FloatField(default=0.05, help_text="Share of inputs that may fail.")
    state = models.CharField(max_length=7, choices=StageState, default=StageState.WAITING)
    error = models.TextField(blank=True)
    note = models.TextField(blank=True, help_text="What the step says about its outputs.")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="stage_number"),
            models.UniqueConstraint(fields=["run", "name"], name="stage_name"),
            models.CheckConstraint(condition=Q(state__in=StageState.values), name="stage_state_known"),
            models.CheckConstraint(
                condition=Q(done__lte=models.F("total") - models.F("failed")), name="stage_done_of_total"
            ),
        ]
        indexes = [models.Index(fields=["work_key"], name="stage_work")]

    def __str__(self) -> str:
        return f"{self.name} {self.done} of {self.total}"


class ShardState(models.TextChoices):
    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"


class Shard(models.Model):
    """A few hundred inputs of a stage. Whoever holds the lease with the current token may write their outputs."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="shards", db_index=False)
    number = models.PositiveIntegerField()
    inputs = ArrayField(models.BigIntegerField())
    state = models.CharField(max_length=6, choices=ShardState, default=ShardState.QUEUED)
    token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0, help_text="Leases that ran out: workers that died on it.")
    progress = models.FloatField(default=0, help_text="Share of the work that its holder has done, where it says so.")
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stage", "number"], name="shard_number"),
            models.CheckConstraint(condition=Q(state__in=ShardState.values), name="shard_state_known"),
            models.CheckConstraint(
                condition=Q(state="leased", lease_until__isnull=False) | ~Q(state="leased"), name="shard_lease_ends"
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "number"], condition=~Q(state="done"), name="shard_open"),
        ]

    def __str__(self) -> str:
        return f"shard {self.number} {self.state}"


class Failure(models.Model):
    """An input that came to nothing, and why."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="failures", db_index=False)
    input = models.BigIntegerField()
    error = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "input"], name="failure_once")]

    def __str__(self) -> str:
        return self.error
