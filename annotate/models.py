"""The queue: which comparisons still want people, and which are reserved for whom."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import ExpressionWrapper, F, Q

from core.models import Comparison, Project, Round, User


class QueueItem(models.Model):
    """A comparison that people judge: places wanted, and places taken by answers and reservations."""

    comparison = models.OneToOneField(Comparison, models.CASCADE, primary_key=True, related_name="queue_item")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    wanted = models.PositiveSmallIntegerField()
    held = models.PositiveSmallIntegerField(default=0)
    is_open = models.GeneratedField(
        expression=ExpressionWrapper(Q(held__lt=F("wanted")), models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    priority = models.SmallIntegerField(default=0)
    tie = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held__gte=0, held__lte=F("wanted")), name="queue_item_held"),
        ]
        indexes = [
            models.Index(
                fields=["project", "priority", "tie", "comparison"], condition=Q(is_open=True), name="queue_item_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.held} of {self.wanted}"


class AssignmentState(models.TextChoices):
    HELD = "held"
    DONE = "done"
    SKIPPED = "skipped"
    LAPSED = "lapsed"


class Assignment(models.Model):
    """A comparison reserved for one person, in the order that this person sees; drafts will live here too."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="assignments")
    person = models.ForeignKey(User, models.CASCADE, related_name="assignments", db_index=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    state = models.CharField(max_length=7, choices=AssignmentState, default=AssignmentState.HELD)
    order = ArrayField(models.SmallIntegerField(), help_text="Slots as shown, first to last.")
    expires = models.DateTimeField()
    shown = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "comparison", "round"], name="assignment_once"),
            models.CheckConstraint(condition=Q(state__in=AssignmentState.values), name="assignment_state_known"),
            models.UniqueConstraint(
                fields=["person", "project"], condition=Q(state="held"), name="assignment_one_held"
            ),
        ]
        indexes = [models.Index(fields=["expires"], condition=Q(state="held"), name="assignment_expiring")]

    def __str__(self) -> str:
        return f"{self.comparison_id} {self.state} for {self.person}"
