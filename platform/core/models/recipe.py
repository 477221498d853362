"""What to do, as somebody wrote it, kept with every run that did it."""

from django.db import models
from django.utils import timezone

from core.models.people import User
from core.models.project import Project


class Recipe(models.Model):
    """One version of a recipe's text in a project; another text is the next version, nothing edits it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="recipes")
    name = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    source = models.TextField(help_text="YAML.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the source.")
    builtin = models.BooleanField(default=False, help_text="Came with Preferee, whose newest one is then used.")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="recipe_version"),
            models.UniqueConstraint(fields=["project", "name", "digest"], name="recipe_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
