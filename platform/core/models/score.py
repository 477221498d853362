from django.db import models
from django.utils import timezone

from core.models.response import Response


class Score(models.Model):
    """One scorer's number for one response, with the parts that it was made of."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="scores", db_index=False)
    scorer = models.CharField(max_length=200)
    value = models.FloatField()
    parts = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "scorer"], name="score_once"),
            models.CheckConstraint(
                condition=models.Q(value__gt=float("-inf"), value__lt=float("inf")), name="score_finite"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scorer}: {self.value:g}"
