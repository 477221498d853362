from django.db import models
from django.utils import timezone

from core.models.people import User
from core.models.project import Project


class AuditEvent(models.Model):
    """Who did what to which row, and when. A trigger refuses every change and deletion."""

    project = models.ForeignKey(Project, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    actor = models.ForeignKey(User, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    verb = models.CharField(max_length=60)
    target = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["project", "-at"], name="audit_project_at")]

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"
