from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from core.models.people import User
from core.models.project import Project


class AuditEvent(models.Model):
    """Who did what to which row, and when. Triggers refuse every change and deletion.

    Names no person but by id, and holds no text that somebody wrote: what is erased must not live on here.
    """

    project = models.ForeignKey(
        Project, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    actor = models.ForeignKey(User, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False)
    verb = models.CharField(max_length=60)
    target = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["project", "at", "id"], name="audit_project_time"),
            models.Index(fields=["project", "actor", "at", "id"], name="audit_project_actor"),
            models.Index(fields=["project", "verb", "at", "id"], name="audit_project_verb"),
            models.Index(fields=["at", "id"], name="audit_time"),
            models.Index(fields=["actor", "at", "id"], name="audit_actor"),
            models.Index(fields=["verb", "at", "id"], name="audit_verb"),
            models.Index(fields=["target"], opclasses=["varchar_pattern_ops"], name="audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"


class AuditBatch(models.Model):
    """A sealed stretch of the log: a print of each event, chained to the batch before. A trigger keeps it as it is."""

    number = models.PositiveIntegerField(primary_key=True)
    first = models.BigIntegerField(help_text="The smallest id that it covers.")
    last = models.BigIntegerField(help_text="The largest id that it covers.")
    events = ArrayField(models.BigIntegerField(), help_text="The ids that there were, in order.")
    prints = models.BinaryField(help_text="16 bytes of the SHA-256 of each event, in the same order.")
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 over all of the above.")
    sealed = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.number}: {self.digest[:12]}"
