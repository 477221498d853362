"""What content looks like. Nothing here is the truth: renderings are a cache, images are copies."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from core.models.project import Project


class Rendering(models.Model):
    """A text as sanitised HTML. `key` is a hash of the text and how it was rendered; `images` names those in it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    key = models.BinaryField(max_length=16)
    version = models.PositiveSmallIntegerField(help_text="Of the renderer; others are of no use any more.")
    html = models.TextField()
    images = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="rendering_key")]

    def __str__(self) -> str:
        return f"{bytes(self.key).hex()} by renderer {self.version}"


class ImageState(models.TextChoices):
    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"


class Image(models.Model):
    """An image that a text names, fetched by a worker and encoded again. `key` is a hash of its address."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="images", db_index=False)
    key = models.BinaryField(max_length=16)
    address = models.TextField(blank=True, help_text="Empty where the address was the image itself, and it is done.")
    state = models.CharField(max_length=7, choices=ImageState, default=ImageState.WAITING)
    sentence = models.TextField(blank=True, help_text="Why it was refused, or what came in the way so far.")
    tries = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField(default=timezone.now, help_text="When a worker may take it.")
    content_key = models.BinaryField(max_length=16, null=True, blank=True)
    content = models.BinaryField(null=True, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="image_key")]
        indexes = [
            models.Index(fields=["due"], condition=models.Q(state=ImageState.WAITING), name="image_waiting"),
            models.Index(
                fields=["project", "content_key"],
                condition=models.Q(state=ImageState.KEPT),
                name="image_content",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.address[:80]}"


class ImageSearch(models.Model):
    """How far a project's texts were looked through for images: the highest ids of both."""

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="+")
    prompt = models.BigIntegerField(default=0)
    response = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.project}: prompt {self.prompt}, response {self.response}"
