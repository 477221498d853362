"""What the tables of prompts and comparisons are filtered by: one narrow row each, behind one index.

Nothing here is the truth: a row is worked out from the others, some moments after they change, and can be thrown away.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone

from core.models.project import Project

# The index takes new entries in a heap first; whoever writes facts sorts them in at once, for a search reads the heap.
PENDING_KB = 65_536


class Facts(models.Model):
    """`facets` are hashes of the project with each `kind=value` that holds; `words` are those of the prompt."""

    id = models.BigIntegerField(primary_key=True)
    project = models.ForeignKey(Project, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    created = models.DateTimeField()
    state = models.CharField(max_length=10)
    facets = ArrayField(models.BigIntegerField())
    words = SearchVectorField()

    class Meta:
        abstract = True


class ComparisonFacts(Facts):
    votes = models.PositiveIntegerField(help_text="People who have judged it.")

    class Meta:
        indexes = [
            models.Index(fields=["project", "id"], name="comparison_facts_newest"),
            GinIndex(
                fields=["facets", "words"],
                name="comparison_facts_filter",
                fastupdate=True,
                gin_pending_list_limit=PENDING_KB,
            ),
        ]

    def __str__(self) -> str:
        return f"comparison {self.pk}: {self.state}"


class PromptFacts(Facts):
    responses = models.PositiveIntegerField()
    comparisons = models.PositiveIntegerField(help_text="Those that are not withdrawn.")
    judged = models.PositiveIntegerField(help_text="Those of them that somebody has judged.")

    class Meta:
        indexes = [
            models.Index(fields=["project", "id"], name="prompt_facts_newest"),
            GinIndex(
                fields=["facets", "words"],
                name="prompt_facts_filter",
                fastupdate=True,
                gin_pending_list_limit=PENDING_KB,
            ),
        ]

    def __str__(self) -> str:
        return f"prompt {self.pk}: {self.state}"


class StaleFacts(models.Model):
    """Rows that have changed since their facts were worked out. Written with the change, deleted with the new facts."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    prompts = ArrayField(models.BigIntegerField(), default=list)
    comparisons = ArrayField(models.BigIntegerField(), default=list, help_text="Their prompts are meant too.")
    size = models.PositiveIntegerField(help_text="How many they are together.")
    marked = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["project", "id"], name="stale_facts_oldest")]

    def __str__(self) -> str:
        return f"{self.size} rows of project {self.project_id}"


class FilterValue(models.Model):
    """A tag, language or model that some prompt or response of the project has had: what a filter offers."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "kind", "value"], name="filter_value_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
