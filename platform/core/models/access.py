"""How somebody gets in: an invitation, a session, a token for programs, a new password."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.models.group import Group
from core.models.people import Role, User
from core.models.project import Project

if TYPE_CHECKING:
    from core.sessions import SessionStore


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> "InvitationQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Invitation(models.Model):
    """A link with a role inside. Its secret part is kept hashed, so that whoever reads the database cannot use it."""

    public = models.UUIDField(unique=True, default=uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role)
    groups = models.ManyToManyField(Group, related_name="+", blank=True)
    email = models.EmailField(blank=True, help_text="Where given, only this address may accept.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret in the link.")
    places = models.PositiveSmallIntegerField(default=1, help_text="How many people may use the link.")
    used = models.PositiveSmallIntegerField(default=0)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(used__lte=F("places")), name="invitation_places"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.project}"

    @property
    def is_open(self) -> bool:
        return self.revoked is None and self.used < self.places and timezone.now() < self.expires


class ApiToken(models.Model):
    """Lets a program act as its owner, with the owner's permissions of the moment. The secret itself is not kept."""

    public = models.UUIDField(unique=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token.")
    start = models.CharField(max_length=12, help_text="How the token begins, to tell it from others.")
    expires = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Session(AbstractBaseSession):
    """A login that somebody can see and end: whose it is, where it came from, when it was last used."""

    public = models.UUIDField(unique=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(default=timezone.now)
    last_used = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.browser

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        from core.sessions import SessionStore

        return SessionStore


class PasswordReset(models.Model):
    """Somebody asked for a new password. A row is written for an unknown address too: both must take the same time."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    asked = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"asked {self.asked:%F %T}"
