"""Where a model answers, as staff set it up."""

from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import uuid7
from core.models import Project

if TYPE_CHECKING:
    from uuid import UUID

LATEST = "@latest"


class Kind(models.TextChoices):
    OPENAI = "openai", "OpenAI-compatible server"
    TRANSFORMERS = "transformers", "Local model (transformers)"


class Structure(models.TextChoices):
    """How the server can be held to a form of reply."""

    NONE = "none", "Not at all: replies are read as text"
    SCHEMA = "schema", "JSON schema (response_format)"
    VLLM = "vllm", "JSON schema and choice (structured_outputs of vLLM)"


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def usable_in(self, project: Project) -> "EndpointQuerySet":
        """Those that are in use and open to all projects, or to this one."""
        return self.filter(Q(projects=None) | Q(projects=project), retired=None).distinct()


class Endpoint(models.Model):
    """A server or a local model. The key itself is in the environment of the workers, never here."""

    public: "models.UUIDField[UUID, UUID]" = models.UUIDField(unique=True, default=uuid7, editable=False)
    name = models.CharField(
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", "Use letters, digits, dots, hyphens and underscores.")
        ],
    )
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.OPENAI)
    address = models.CharField(max_length=300, blank=True, help_text="Of a server, up to and with /v1.")
    model = models.CharField(
        max_length=300, blank=True, help_text="As the server names it, or a folder. Empty: the only one that it serves."
    )
    revision = models.CharField(max_length=100, default=LATEST, help_text="@latest is resolved when a run starts.")
    family = models.CharField(max_length=100, blank=True, help_text="Such as llama; a family may be partial to itself.")
    tokenizer = models.CharField(
        max_length=300, blank=True, help_text="Folder of the tokenizer, for density ratios; empty: where the model is."
    )
    external = models.BooleanField(default=True, help_text="It belongs to somebody else; text leaves the house.")
    key_variable = models.CharField(max_length=100, blank=True, help_text="Environment variable that holds the key.")
    structure = models.CharField(max_length=6, choices=Structure, default=Structure.NONE)
    logprobs = models.BooleanField(default=False, help_text="It tells the probabilities of tokens.")
    context = models.PositiveIntegerField(null=True, blank=True, help_text="Tokens of prompt and reply together.")
    concurrency = models.PositiveSmallIntegerField(
        default=16, validators=[MinValueValidator(1)], help_text="Most requests in flight from one worker."
    )
    requests_a_minute = models.PositiveIntegerField(null=True, blank=True, help_text="Of all workers together.")
    tokens_a_minute = models.PositiveIntegerField(null=True, blank=True, help_text="Of all workers together.")
    price_in = models.DecimalField(max_digits=10, decimal_places=4, default=0, help_text="A million prompt tokens.")
    price_out = models.DecimalField(max_digits=10, decimal_places=4, default=0, help_text="A million tokens written.")
    connect_seconds = models.FloatField(default=10, validators=[MinValueValidator(0.1)])
    reply_seconds = models.FloatField(default=120, validators=[MinValueValidator(0.1)])
    projects = models.ManyToManyField(Project, blank=True, related_name="+", help_text="None named: all may use it.")
    retired = models.DateTimeField(null=True, blank=True)
    tested = models.JSONField(null=True, blank=True, help_text="What the last test said.")
    created = models.DateTimeField(default=timezone.now)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="endpoint_kind_known"),
            models.CheckConstraint(condition=Q(concurrency__gte=1), name="endpoint_concurrency"),
            models.CheckConstraint(
                condition=Q(key_variable="") | Q(key_variable__regex=r"^PREFEREE_KEY_[A-Z0-9_]+$"),
                name="endpoint_key_variable",
            ),
            models.CheckConstraint(condition=Q(price_in__gte=0, price_out__gte=0), name="endpoint_prices"),
        ]

    def __str__(self) -> str:
        return self.name


class Allowance(models.Model):
    """What all workers of an endpoint together may still send now: one token bucket, refilled by the minute."""

    endpoint = models.OneToOneField(Endpoint, models.CASCADE, primary_key=True, related_name="+")
    requests = models.FloatField(default=0)
    tokens = models.FloatField(default=0)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.requests:g}"
