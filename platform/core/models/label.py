from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models.comparison import Comparison
from core.models.project import Project


class Label(models.Model):
    """What the judgments of a comparison add up to under one policy; no ranks means undecided."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="labels", db_constraint=False)
    comparison = models.ForeignKey(
        Comparison, models.CASCADE, related_name="labels", db_constraint=False, db_index=False
    )
    k = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=60, default="main")
    policy = models.CharField(max_length=60)
    ranks = ArrayField(models.SmallIntegerField(), null=True, blank=True)
    undecided = models.BooleanField()
    both_bad = models.BooleanField(default=False)
    probability = models.FloatField(null=True, blank=True)
    margin = models.FloatField(null=True, blank=True)
    strength = models.FloatField(null=True, blank=True)
    tier = models.CharField(max_length=10, blank=True, help_text="Whose votes decided.")
    votes = models.JSONField(default=dict)
    updated = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comparison", "question", "policy"], name="label_once"),
            models.CheckConstraint(
                condition=Q(undecided=True, ranks__isnull=True) | Q(undecided=False, ranks__isnull=False),
                name="label_undecided_has_no_ranks",
            ),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__range=(0, 1), k=2), name="label_probability"
            ),
        ]
        indexes = [models.Index(fields=["project", "id"], condition=Q(undecided=True), name="label_undecided")]

    def __str__(self) -> str:
        return "undecided" if self.undecided else f"ranks {self.ranks}"
