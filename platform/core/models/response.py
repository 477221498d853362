from django.db import models
from django.utils import timezone

from core.ids import uuid7
from core.models.people import User
from core.models.project import Project
from core.models.prompt import Prompt


class AuthorKind(models.TextChoices):
    MODEL = "model"
    PERSON = "person"
    UNKNOWN = "unknown"


class ResponseQuerySet(models.QuerySet["Response"]):
    def visible_to(self, user: User) -> "ResponseQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Response(models.Model):
    """An answer to a prompt; the same text by the same author is the same response."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="responses", db_constraint=False, db_index=False)
    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="responses", db_constraint=False, db_index=False)
    key = models.BinaryField(max_length=16)
    content_key = models.BinaryField(max_length=16)
    author_kind = models.CharField(max_length=7, choices=AuthorKind, default=AuthorKind.UNKNOWN)
    author = models.CharField(max_length=200, blank=True)
    content = models.TextField(blank=True)
    messages = models.JSONField(null=True, blank=True, help_text="Where the answer is more than one plain message.")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="edits", db_constraint=False, db_index=False
    )
    writer = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Who wrote it here: it is never asked of them.",
    )
    parameters = models.JSONField(default=dict, blank=True)
    finish_reason = models.CharField(max_length=200, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    withdrawn = models.DateTimeField(null=True, blank=True, help_text="Since when it is kept but used no more.")
    erased = models.DateTimeField(null=True, blank=True, help_text="When its content was removed.")
    created = models.DateTimeField(default=timezone.now)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt", "key"], name="response_key"),
            models.UniqueConstraint(fields=["id", "prompt"], name="response_in_prompt"),
            models.CheckConstraint(
                condition=models.Q(author_kind="unknown", author="")
                | (models.Q(author_kind__in=["model", "person"]) & ~models.Q(author="")),
                name="response_author_named",
            ),
        ]
        indexes = [
            models.Index(fields=["parent"], condition=models.Q(parent__isnull=False), name="response_parent"),
            models.Index(fields=["project"], condition=models.Q(writer__isnull=False), name="response_written_here"),
            models.Index(fields=["writer"], condition=models.Q(writer__isnull=False), name="response_writer"),
        ]

    def __str__(self) -> str:
        return self.content[:80]
