from django.db import models
from django.utils import timezone

from core.models.people import User
from core.models.project import Project


class Rubric(models.Model):
    """One version of the criteria that an answer is rated by; a new version replaces it, nothing edits it.

    `criteria` are of the shape that `synth.judges.rubrics` reads: name, description, lowest, highest, anchors by score.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="rubrics")
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    criteria = models.JSONField(default=list)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name", "version"], name="rubric_version")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
