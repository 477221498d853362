from uuid import uuid4

from django.db import models
from django.utils import timezone

from core.models.people import User
from core.models.project import Project


class Table(models.TextChoices):
    PROMPTS = "prompts"
    COMPARISONS = "comparisons"


class SavedFilter(models.Model):
    """What a person narrows a table to, under a name; `shared` ones are offered to everybody who reads the project."""

    public = models.UUIDField(unique=True, default=uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="saved_filters")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    table = models.CharField(max_length=11, choices=Table)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True, help_text="As it stands in the page's address.")
    shared = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user", "table", "name"], name="saved_filter_name"),
            models.CheckConstraint(condition=models.Q(table__in=Table.values), name="saved_filter_table_known"),
        ]

    def __str__(self) -> str:
        return self.name
