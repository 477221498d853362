"""What is judged: a prompt and some of its responses, each in a slot."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import models
from django.utils import timezone

from core.models.group import Group
from core.models.project import Project
from core.models.prompt import Prompt
from core.models.response import Response

if TYPE_CHECKING:
    from core.models.people import User

MOST_CANDIDATES = 64


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def visible_to(self, user: "User") -> "ComparisonQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Comparison(models.Model):
    """Slots are in (content hash, author) order, so the same responses always make the same comparison."""

    # Version 4: an annotator sees it, and the time of creation could tell gold from the rest.
    public = models.UUIDField(unique=True, default=uuid4, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="comparisons", db_constraint=False, db_index=False
    )
    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="comparisons", db_constraint=False, db_index=False)
    key = models.BinaryField(max_length=16)
    k = models.PositiveSmallIntegerField()
    votes_wanted = models.PositiveSmallIntegerField()
    priority = models.SmallIntegerField(default=0, help_text="Smaller comes first.")
    group = models.ForeignKey(
        Group,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="Who alone judges it, whatever its tags.",
    )
    withdrawn = models.DateTimeField(
        null=True, blank=True, help_text="Since when it, its prompt or a response is not used."
    )
    created = models.DateTimeField(default=timezone.now)

    # Where somebody has read them already.
    by_slot: "list[Response] | None" = None

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt", "key"], name="comparison_key"),
            models.UniqueConstraint(fields=["id", "prompt"], name="comparison_in_prompt"),
            models.UniqueConstraint(fields=["id", "project", "k"], name="comparison_in_project"),
            models.CheckConstraint(condition=models.Q(k__range=(1, MOST_CANDIDATES)), name="comparison_k_range"),
            models.CheckConstraint(condition=models.Q(votes_wanted__lte=100), name="comparison_votes_wanted"),
        ]
        indexes = [
            models.Index(fields=["project", "id"], name="comparison_project"),
            models.Index(fields=["project"], condition=models.Q(withdrawn__isnull=False), name="comparison_withdrawn"),
            models.Index(fields=["group"], condition=models.Q(group__isnull=False), name="comparison_group"),
        ]

    def __str__(self) -> str:
        return f"{self.k} responses to “{self.prompt}”"


class Candidate(models.Model):
    """A response in a slot of a comparison."""

    comparison = models.ForeignKey(
        Comparison, models.CASCADE, related_name="candidates", db_constraint=False, db_index=False
    )
    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    response = models.ForeignKey(Response, models.CASCADE, related_name="candidacies", db_constraint=False)
    slot = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comparison", "slot"], name="candidate_slot"),
            models.UniqueConstraint(fields=["comparison", "response"], name="candidate_once"),
            models.CheckConstraint(condition=models.Q(slot__lt=MOST_CANDIDATES), name="candidate_slot_range"),
        ]

    def __str__(self) -> str:
        return f"slot {self.slot}"
