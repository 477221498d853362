"""The queue: which comparisons still want people, and which are reserved for whom."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.utils import timezone

from core.models import Comparison, Project, QuestionSet, Round, User

if TYPE_CHECKING:
    from uuid import UUID

    from core.renderings import Texts


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
    quota_id = models.BigIntegerField(default=0, db_default=0, help_text="The quota that it counts in; 0 for none.")
    priority = models.SmallIntegerField(default=0)
    level = models.SmallIntegerField(default=0, db_default=0, help_text="By the strategy; smaller comes first.")
    tie = models.BigIntegerField(db_default=0, help_text="The transaction in which it came to this place.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held__gte=0, held__lte=F("wanted")), name="queue_item_held"),
        ]
        indexes = [
            models.Index(
                fields=["project", "group_id", "quota_id", "priority", "level", "tie", "comparison"],
                condition=Q(is_open=True),
                name="queue_item_in_line",
            )
        ]

    def __str__(self) -> str:
        return f"{self.held} of {self.wanted}"


class Place(models.Model):
    """How far a person has come in one line: all that is open before it, they have seen.

    A line is what has one group, quota, priority and level, in the order of its ties.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_constraint=False)
    group_id = models.BigIntegerField()
    quota_id = models.BigIntegerField()
    priority = models.SmallIntegerField()
    level = models.SmallIntegerField()
    tie = models.BigIntegerField()
    comparison_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "project", "group_id", "quota_id", "priority", "level"], name="place_in_line"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tie}.{self.comparison_id}"


class QuotaKind(models.TextChoices):
    TAG = "tag", "Tag"
    LANGUAGE = "language", "Language"


class Quota(models.Model):
    """The most answers that people give to comparisons with a tag, or in a language.

    A comparison counts in the first quota that matches its prompt. `used` follows the queue by a trigger.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=QuotaKind)
    value = models.CharField(max_length=100)
    most = models.PositiveIntegerField(help_text="Answers, and places reserved for some.")
    used = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "kind", "value"], name="quota_once"),
            models.CheckConstraint(condition=Q(kind__in=QuotaKind.values), name="quota_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}: {self.used} of {self.most}"


class AssignmentState(models.TextChoices):
    ASSIGNED = "assigned"
    AHEAD = "ahead"
    HELD = "held"
    DONE = "done"
    SKIPPED = "skipped"
    LAPSED = "lapsed"
    OWN = "own"


class Assignment(models.Model):
    """A comparison reserved for one person, in the order that this person sees, with what they have answered so far.

    One that was assigned to the person waits for them, and does not expire when they have looked at it. One is held,
    and one more may be reserved ahead while that is answered. What a person wrote a part of is never asked of them.
    """

    # Its round's constraint says that the project exists; one of its own would lock the project's row at each claim.
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="assignments")
    person = models.ForeignKey(User, models.CASCADE, related_name="assignments", db_index=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    state = models.CharField(max_length=8, choices=AssignmentState, default=AssignmentState.HELD)
    order = ArrayField(models.SmallIntegerField(), help_text="Slots as shown, first to last.")
    expires = models.DateTimeField(null=True, blank=True, help_text="Null where it is this person's alone.")
    shown = models.DateTimeField()
    client_id: "models.UUIDField[UUID, UUID]" = models.UUIDField(
        default=uuid4,
        db_default=RandomUUID(),
        help_text="The mark of the answer: on whatever device it is sent, it is one judgment.",
    )
    draft = models.JSONField(null=True, blank=True, help_text="The form as it stands: names and values.")
    draft_saved = models.DateTimeField(null=True, blank=True)

    # What its page shows, where somebody has asked already what is kept of it.
    texts: "Texts | None" = None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "comparison", "round"], name="assignment_once"),
            models.CheckConstraint(condition=Q(state__in=AssignmentState.values), name="assignment_state_known"),
            models.UniqueConstraint(
                fields=["person", "project"], condition=Q(state="held"), name="assignment_one_held"
            ),
            models.UniqueConstraint(
                fields=["person", "project"], condition=Q(state="ahead"), name="assignment_one_ahead"
            ),
        ]
        indexes = [
            models.Index(fields=["expires"], condition=Q(state__in=["held", "ahead"]), name="assignment_expiring"),
            models.Index(fields=["project", "person"], condition=Q(state="assigned"), name="assignment_waiting"),
            models.Index(fields=["project", "person", "round"], condition=Q(state="done"), name="assignment_done"),
        ]

    def __str__(self) -> str:
        return f"{self.comparison_id} {self.state} for {self.person}"


class FlagKind(models.TextChoices):
    FLAG = "flag"
    CONTEST = "contest"
    LEAK = "leak"


class Flag(models.Model):
    """Why a reviewer should look at a comparison: somebody asks, contests what came of it, or a text says too much.

    One that leaks who wrote it is asked of nobody until it is resolved.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="flags")
    person = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=7, choices=FlagKind)
    reason = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)
    resolved = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    outcome = models.TextField(blank=True, help_text="What the reviewer said.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FlagKind.values), name="flag_kind_known"),
            models.UniqueConstraint(
                fields=["comparison", "person", "kind"],
                condition=Q(resolved__isnull=True),
                nulls_distinct=False,
                name="flag_open_once",
            ),
        ]
        indexes = [models.Index(fields=["project", "id"], condition=Q(resolved__isnull=True), name="flag_open")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.comparison_id}"


class GuidelinesRead(models.Model):
    """The newest guidelines of a project that somebody has opened: what came after is new to them."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    question_set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "person"], name="guidelines_read_once")]

    def __str__(self) -> str:
        return f"{self.person} read {self.question_set}"
