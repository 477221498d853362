from django.db import models
from django.utils import timezone

from core.ids import uuid7
from core.models.people import User
from core.models.project import Project

# What a version says of itself, beside its files.
MANIFEST = "manifest.json"


class Dataset(models.Model):
    """A name with an editable specification, from which versions are built."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=100)
    specification = models.JSONField(default=dict)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="dataset_name")]

    def __str__(self) -> str:
        return self.name


class DatasetVersionQuerySet(models.QuerySet["DatasetVersion"]):
    def visible_to(self, user: User) -> "DatasetVersionQuerySet":
        return self.filter(dataset__project__in=Project.objects.visible_to(user))


class DatasetVersion(models.Model):
    """An immutable build of a dataset: its files with checksums, its counts, its manifest."""

    public = models.UUIDField(unique=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    specification = models.JSONField()
    manifest = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the manifest.")
    folder = models.TextField(help_text="Where the files were written.")
    unrebuildable = models.DateTimeField(null=True, blank=True, help_text="When something that it held was erased.")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_number")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.number}"
