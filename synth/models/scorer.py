"""What makes scores, and what it saw at each token."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from core.models import Project, Score


class Scorer(models.Model):
    """One version of a scorer, never edited: `NAME@VERSION` is what its scores say."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    config = models.JSONField(default=dict)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name", "version"], name="scorer_version")]

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


class Trace(models.Model):
    """The log-ratio of each piece of a response, in nats; a piece ends before the code point `ends`."""

    score = models.OneToOneField(Score, models.CASCADE, primary_key=True, related_name="trace")
    ends = ArrayField(models.PositiveIntegerField())
    ratios = ArrayField(models.FloatField())

    def __str__(self) -> str:
        return f"{self.score}"
