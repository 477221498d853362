"""What a judge is worth: trials on gold and on probes, and the figures from them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import uuid7
from core.models import GoldSet, Judge, Run


class Card(models.Model):
    """The figures of one judge version on one version of a gold set and on probes."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    judge = models.ForeignKey(Judge, models.CASCADE, related_name="cards")
    gold_set = models.ForeignKey(GoldSet, models.RESTRICT, null=True, blank=True, related_name="cards")
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="+")
    options = models.JSONField(default=dict)
    figures = models.JSONField(null=True, blank=True, help_text="Null until all trials are through.")
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["judge", "-finished"], name="card_newest")]

    def __str__(self) -> str:
        return f"{self.judge} on {self.gold_set}"


class Trial(models.Model):
    """One thing the judge was tried on: a gold item, a probe or an injection; `task` is its number in the card."""

    card = models.ForeignKey(Card, models.CASCADE, related_name="trials", db_index=False)
    task = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=60, blank=True)
    comparison = models.BigIntegerField(null=True, blank=True)
    outcome = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "task"], name="trial_once"),
            models.CheckConstraint(condition=Q(kind__in=["gold", "probe", "injection"]), name="trial_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
