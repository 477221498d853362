"""One judge on one comparison. A change is a new row that points to the one it revises."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models.comparison import Comparison
from core.models.judge import Judge
from core.models.people import User
from core.models.project import Project, Round

if TYPE_CHECKING:
    from uuid import UUID


class Occasion(models.TextChoices):
    FIRST = "first"
    RETEST = "retest"
    SECOND_LOOK = "second_look"
    REVIEW = "review"
    AUDIT = "audit"


class Status(models.TextChoices):
    SUBMITTED = "submitted"
    SKIPPED = "skipped"
    FLAGGED = "flagged"
    SURPLUS = "surplus"
    UNREADABLE = "unreadable"


class JudgmentQuerySet(models.QuerySet["Judgment"]):
    def visible_to(self, user: User) -> "JudgmentQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))

    def counted(self) -> "JudgmentQuerySet":
        """Those that stand and say something about the order of the responses."""
        return self.filter(live=True, status=Status.SUBMITTED, ranks__isnull=False)

    def by_people(self) -> "JudgmentQuerySet":
        return self.filter(judge__kind="human")


class Judgment(models.Model):
    project = models.ForeignKey(Project, models.CASCADE, related_name="judgments", db_constraint=False, db_index=False)
    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="judgments", db_constraint=False)
    k = models.PositiveSmallIntegerField()
    judge = models.ForeignKey(Judge, models.CASCADE, related_name="judgments", db_constraint=False, db_index=False)
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="judgments", db_constraint=False, db_index=False
    )
    round = models.ForeignKey(
        Round, models.RESTRICT, null=True, blank=True, related_name="judgments", db_constraint=False, db_index=False
    )
    occasion = models.CharField(max_length=11, choices=Occasion, default=Occasion.FIRST)
    sample = models.PositiveSmallIntegerField(default=1)
    order = ArrayField(models.SmallIntegerField(), null=True, blank=True, help_text="Slots as shown, first to last.")
    order_no = models.SmallIntegerField(null=True, blank=True, help_text="The order as one number.")
    ranks = ArrayField(models.SmallIntegerField(), null=True, blank=True, help_text="By slot; 1 is best, equals tie.")
    partial = models.BooleanField(default=False, help_text="Some slots were left unranked and stand last.")
    strength = models.PositiveSmallIntegerField(null=True, blank=True)
    both_bad = models.BooleanField(default=False)
    probability = models.FloatField(null=True, blank=True, help_text="That slot 0 beats slot 1.")
    confidence = models.FloatField(null=True, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    ratings = models.JSONField(default=dict, blank=True, help_text="Slot → attribute → number.")
    spans = models.JSONField(default=list, blank=True, help_text="Offsets count code points.")
    rationale = models.TextField(blank=True)
    raw = models.TextField(null=True, blank=True, help_text="What a model replied.")
    status = models.CharField(max_length=10, choices=Status, default=Status.SUBMITTED)
    touched = models.BooleanField(null=True)
    wall_ms = models.PositiveIntegerField(null=True, blank=True)
    active_ms = models.PositiveIntegerField(null=True, blank=True)
    live = models.BooleanField(default=True)
    revises = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="revisions", db_index=False)
    client_id: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(null=True, blank=True)
    created = models.DateTimeField(
        null=True, blank=True, default=timezone.now, help_text="Null where a file was silent."
    )

    objects = JudgmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comparison", "person", "round", "occasion"],
                condition=Q(live=True, person__isnull=False),
                name="judgment_live_person",
            ),
            models.UniqueConstraint(
                fields=["comparison", "judge", "round", "occasion", "order_no", "sample"],
                condition=Q(live=True, person__isnull=True),
                nulls_distinct=False,
                name="judgment_live_judge",
            ),
            models.UniqueConstraint(
                fields=["client_id"], condition=Q(client_id__isnull=False), name="judgment_client_id"
            ),
            models.UniqueConstraint(fields=["revises"], condition=Q(revises__isnull=False), name="judgment_no_fork"),
            models.CheckConstraint(condition=Q(occasion__in=Occasion.values), name="judgment_occasion_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="judgment_status_known"),
            models.CheckConstraint(condition=Q(sample__gte=1), name="judgment_sample"),
            models.CheckConstraint(
                condition=Q(strength__isnull=True) | Q(strength__lte=3), name="judgment_strength_range"
            ),
            models.CheckConstraint(
                condition=Q(strength__isnull=True) | Q(k=2, ranks__isnull=False), name="judgment_strength_of_pair"
            ),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__range=(0, 1), k=2),
                name="judgment_probability",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__range=(0, 1)), name="judgment_confidence"
            ),
            models.CheckConstraint(
                condition=~Q(status="unreadable") | Q(ranks__isnull=True), name="judgment_unreadable_is_silent"
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=True, order_no__isnull=True) | Q(order__isnull=False, order_no__isnull=False),
                name="judgment_order_numbered",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(round__isnull=False), name="judgment_person_in_round"
            ),
        ]
        indexes = [
            # Hours, pace and load of people, read from the index alone.
            models.Index(
                fields=["project", "person", "created"],
                include=["status", "active_ms", "wall_ms"],
                condition=Q(person__isnull=False),
                name="judgment_of_person",
            ),
            # What one judge said: its labels follow when it is barred.
            models.Index(
                fields=["judge", "comparison"],
                condition=Q(live=True, person__isnull=True),
                name="judgment_of_judge",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge} on comparison {self.comparison_id}"
