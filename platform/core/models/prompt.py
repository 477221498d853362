from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from core.ids import uuid7
from core.models.project import Project

if TYPE_CHECKING:
    from core.models.people import User


class PromptQuerySet(models.QuerySet["Prompt"]):
    def visible_to(self, user: "User") -> "PromptQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Prompt(models.Model):
    """What is asked: chat messages, a system text and contexts, which together are its identity."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="prompts", db_index=False)
    key = models.BinaryField(max_length=16)
    messages = models.JSONField()
    system = models.TextField(null=True, blank=True)
    contexts = models.JSONField(default=list, blank=True)
    reference = models.TextField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    language = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="A tag like en or pt-BR; empty where unknown."
    )
    withdrawn = models.DateTimeField(null=True, blank=True, help_text="Since when it is kept but used no more.")
    erased = models.DateTimeField(null=True, blank=True, help_text="When its content was removed.")
    created = models.DateTimeField(default=timezone.now)

    objects = PromptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="prompt_key"),
            models.UniqueConstraint(fields=["id", "project"], name="prompt_in_project"),
        ]

    def __str__(self) -> str:
        text: str = self.messages[-1]["content"] if self.messages else ""
        return text[:80]
