"""A workspace, the questions it asks, and the rounds in which it asks them."""

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from core.models.people import User

MAIN_QUESTION = {
    "id": "main",
    "kind": "pairwise",
    "text": "Which answer is better?",
    "strengths": ["slightly", "somewhat", "much"],
    "tie": True,
    "both_bad": True,
}
DEFAULT_QUESTIONS = [MAIN_QUESTION, {"id": "rationale", "kind": "text", "text": "Why?", "required": False}]


def known_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is no time zone. Write one like Europe/Zurich or UTC.")


class Strategy(models.TextChoices):
    """Among comparisons of the same priority."""

    PRIORITY = "priority", "In the order they came"
    BREADTH = "breadth", "Those with the fewest answers first"
    DISAGREEMENT = "disagreement", "Those on which the answers differ most first"


# In the slug of a project that is being deleted: no address can hold it, so its old one is free again.
GOING = "~"


class ProjectQuerySet(models.QuerySet["Project"]):
    def standing(self) -> "ProjectQuerySet":
        """Those that nobody has deleted; the rows of the others go as fast as the database lets them."""
        return self.exclude(slug__contains=GOING)

    def visible_to(self, user: "User") -> "ProjectQuerySet":
        """The projects of which the user is a member; installation staff see every project."""
        standing = self.standing()
        return standing if user.is_staff and user.is_active else standing.filter(memberships__user=user)


class Project(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    overlap = models.PositiveSmallIntegerField(default=1, help_text="People wanted for each comparison.")
    seed = models.BigIntegerField(default=0, help_text="Decides the orders that people see.")
    time_zone = models.CharField(max_length=60, default="UTC", validators=[known_time_zone])
    text_stays_inside = models.BooleanField(default=False, help_text="No endpoint outside may see this project's text.")
    fetches_images = models.BooleanField(
        default=False, db_default=False, help_text="Workers fetch the images that its texts name."
    )
    erasures = models.PositiveIntegerField(
        default=0, db_default=0, help_text="How often texts went: what was rendered before counts no more."
    )
    budget = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, help_text="What models may cost in all its runs."
    )
    budget_hours = models.PositiveIntegerField(null=True, blank=True, help_text="Hours that people may work on it.")
    # Which comparisons people are asked: what the main question compares. Publishing questions sets both.
    fewest_responses = models.PositiveSmallIntegerField(default=2, db_default=2)
    most_responses = models.PositiveSmallIntegerField(default=2, db_default=2)
    strategy = models.CharField(
        max_length=12, choices=Strategy, default=Strategy.PRIORITY, db_default="priority", help_text="What comes first."
    )
    shows_length = models.BooleanField(default=True, db_default=True)
    shows_reference = models.BooleanField(default=False, db_default=False)
    identity_words = ArrayField(
        models.CharField(max_length=100), null=True, blank=True, help_text="What gives an author away; null: the usual."
    )
    archived = models.DateTimeField(null=True, blank=True, help_text="Since when it can only be read.")
    created = models.DateTimeField(default=timezone.now)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(overlap__range=(1, 100)), name="project_overlap")]

    def __str__(self) -> str:
        return self.name

    @property
    def current_round(self) -> "Round | None":
        """The newest open round; None where all are closed."""
        return self.rounds.filter(closed=None).order_by("-number").first()


class QuestionSet(models.Model):
    """One version of the questions asked; a new version replaces it, nothing edits it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="question_sets")
    version = models.PositiveIntegerField()
    questions = models.JSONField(default=list)
    guidelines = models.TextField(blank=True, help_text="Markdown, shown beside the questions.")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="question_set_version"),
            models.UniqueConstraint(fields=["id", "project"], name="question_set_in_project"),
        ]

    def __str__(self) -> str:
        return f"{self.project} questions {self.version}"


class Round(models.Model):
    """A batch of comparisons judged under one version of the questions and guidelines."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    question_set = models.ForeignKey(QuestionSet, models.RESTRICT, related_name="rounds")
    created = models.DateTimeField(default=timezone.now)
    due = models.DateTimeField(null=True, blank=True)
    closed = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="round_number"),
            models.UniqueConstraint(fields=["project", "name"], name="round_name"),
            models.UniqueConstraint(fields=["id", "project"], name="round_in_project"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.name}"
