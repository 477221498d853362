from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.ids import uuid7
from core.models.people import User
from core.models.project import Project
from core.models.run import Run


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: User) -> "UploadQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Upload(models.Model):
    """A file that somebody sends in parts, and how it is to be read. The bytes lie in PREFEREE_HOME under its id."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=255, help_text="As it was called on the sender's machine.")
    size = models.PositiveBigIntegerField(help_text="Bytes that it has in all.")
    received = models.PositiveBigIntegerField(default=0, help_text="Bytes that have arrived.")
    mark = models.CharField(max_length=40, blank=True, help_text="Tells it from another of its name and size.")
    mapping = models.JSONField(default=dict, blank=True, help_text="Columns by target.")
    report = models.JSONField(default=dict, blank=True, help_text="What came of its import, once that is over.")
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="uploads")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(received__lte=F("size")), name="upload_received")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_whole(self) -> bool:
        return self.received == self.size
