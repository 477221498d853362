from django.db import models
from django.utils import timezone

from core.models import Project, User


class JudgePrompt(models.Model):
    """A project's own version of what a judge is told; a new version replaces it, nothing edits it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    method = models.CharField(max_length=20, help_text="Which judges can use it.")
    system = models.TextField(blank=True)
    text = models.TextField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name", "version"], name="judge_prompt_version")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
