"""What makes responses, and each one that it was asked for."""

from django.db import models
from django.utils import timezone

from core.models import Project, Prompt, Response


class Sampler(models.Model):
    """A model in one place with its sampling and what it is told: all that decides what it would write."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    key = models.BinaryField(max_length=16)
    config = models.JSONField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="sampler_key")]

    def __str__(self) -> str:
        return f"{self.config.get('model')} in {self.project}"


class Sample(models.Model):
    """One answer that a sampler was asked for, and the response that it came to; two may come to the same text.

    `parent` is the response that it was to improve. It says what is there already, so it stays where the response is
    withdrawn or erased.
    """

    sampler = models.ForeignKey(Sampler, models.CASCADE, related_name="samples", db_index=False)
    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    parent = models.ForeignKey(
        Response, models.CASCADE, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    number = models.PositiveSmallIntegerField()
    response = models.ForeignKey(Response, models.CASCADE, related_name="samples", db_constraint=False, db_index=False)
    finish_reason = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["prompt", "sampler", "parent", "number"], name="sample_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="sample_number"),
        ]

    def __str__(self) -> str:
        return f"sample {self.number} of {self.sampler}"
