"""The queue: which comparisons still want people, and which are reserved for whom."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import ExpressionWrapper, F, Q

from core.models import Comparison, Project, Round, User


class QueueItem(models.Model):
    """A comparison that people judge: places wanted, and places taken by answers and reservations.

    Where more places are taken than are wanted now, or nobody is wanted any more, `wanted` is as many as are taken.
    """

    comparison = models.OneToOneField(Comparison, models.CASCADE, primary_key=True, related_name="queue_item")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    wanted = models.PositiveSmallIntegerField()
    held = models.PositiveSmallIntegerField(default=0)
    is_open = models.GeneratedField(
        expression=ExpressionWrapper(Q(held__lt=F("wanted")), models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    group_id = models.BigIntegerField(default=0, db_default=0, help_text="The only group asked; 0 for everybody.")
    priority = models.SmallIntegerField(default=0)
    tie = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held__gte=0, held__lte=F("wanted")), name="queue_item_held"),
        ]
        indexes = [
            models.Index(
                fields=["project", "group_id", "priority", "tie", "comparison"],
                condition=Q(is_open=True),
                name="queue_item_of_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.held} of {self.wanted}"


class AssignmentState(models.TextChoices):
    ASSIGNED = "assigned"
    HELD = "held"
    DONE = "done"
    SKIPPED = "skipped"
    LAPSED = "lapsed"


class Assignment(models.Model):
    """A comparison reserved for one person, in the order that this person sees; drafts will live here too.

    One that was assigned to the person waits for them, and does not expire when they have looked at it.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="assignments")
    person = models.ForeignKey(User, models.CASCADE, related_name="assignments", db_index=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    state = models.CharField(max_length=8, choices=AssignmentState, default=AssignmentState.HELD)
    order = ArrayField(models.SmallIntegerField(), help_text="Slots as shown, first to last.")
    expires = models.DateTimeField(null=True, blank=True, help_text="Null where it is this person's alone.")
    shown = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "comparison", "round"], name="assignment_once"),
            models.CheckConstraint(condition=Q(state__in=AssignmentState.values), name="assignment_state_known"),
            models.UniqueConstraint(
                fields=["person", "project"], condition=Q(state="held"), name="assignment_one_held"
            ),
        ]
        indexes = [
            models.Index(fields=["expires"], condition=Q(state="held"), name="assignment_expiring"),
            models.Index(fields=["project", "person"], condition=Q(state="assigned"), name="assignment_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.comparison_id} {self.state} for {self.person}"
