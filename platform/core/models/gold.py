"""Comparisons with known answers, in versions: what judges are measured by."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import uuid7
from core.models.comparison import Comparison
from core.models.judgment import Judgment
from core.models.people import User
from core.models.project import Project


class GoldSet(models.Model):
    """One version of a set. While it is open, items come and are answered; once closed it never changes."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="gold_sets")
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    closed = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name", "version"], name="gold_set_version")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class GoldItem(models.Model):
    """A comparison whose answer is known, or is still to be given: `ranks` by slot, null until then."""

    gold_set = models.ForeignKey(GoldSet, models.CASCADE, related_name="items", db_index=False)
    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="gold", db_constraint=False)
    stratum = models.CharField(max_length=200, blank=True, help_text="Which part of the project it was drawn for.")
    ranks = ArrayField(models.SmallIntegerField(), null=True, blank=True)
    source = models.ForeignKey(
        Judgment, models.SET_NULL, null=True, blank=True, related_name="+", help_text="The judgment that became gold."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gold_set", "comparison"], name="gold_item_once"),
            models.CheckConstraint(condition=Q(ranks__isnull=True) | ~Q(ranks__len=0), name="gold_item_ranked"),
        ]

    def __str__(self) -> str:
        return f"{self.gold_set}: {self.comparison_id}"
