from django.db import models
from django.utils import timezone

from core.models import Project


class StoredReply(models.Model):
    """What a model replied, by everything that determines it, so that nothing is asked and paid twice.

    A project's replies are its own. `prompt` is the row whose text was sent, so that erasing it erases these too.
    """

    key = models.BinaryField(max_length=16, primary_key=True)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_constraint=False)
    prompt = models.BigIntegerField(null=True, blank=True)
    body = models.JSONField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["prompt"], condition=models.Q(prompt__isnull=False), name="reply_prompt")]

    def __str__(self) -> str:
        return bytes(self.key).hex()
