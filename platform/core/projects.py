"""Create a project with what it needs to be used at once."""

import re
from itertools import count

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from core import audit
from core.errors import PrefereeError
from core.ids import key_of
from core.models import Membership, Project, QuestionSet, Role, Round, User
from core.models.project import DEFAULT_QUESTIONS

LONGEST_SLUG = 60
TAKEN = "There is a project “{}” already. Choose another name."
SLUG = re.compile(f"[A-Za-z0-9_-]{{1,{LONGEST_SLUG}}}")
GUIDELINES = """\
Read the whole conversation, then both answers, before you decide.

Prefer the answer that is **correct and does what was asked**. A fluent answer that is wrong is worse than a plain one
that is right; a longer answer is not better for being longer.

- *Much better*: the other answer fails, misleads or could do harm.
- *Somewhat better*: both work, one clearly serves the asker more.
- *Slightly better*: you would pick it, and understand somebody who does not.
- *Tie*: you cannot tell them apart in quality.
- *Both bad*: neither should be given to anybody.
"""


def may_create(user: User) -> bool:
    """Whoever is logged in, or staff alone: PREFEREE_PROJECTS says."""
    return user.is_active and (user.is_staff or settings.PROJECTS == "everyone")


def check_may_create(user: User) -> None:
    if not may_create(user):
        raise PermissionDenied("Here only staff make projects. Ask somebody who looks after this installation.")


def free_slug(name: str) -> str:
    """An address made from the name that no project has; a number makes the difference where it is taken."""
    start = slugify(name)[: LONGEST_SLUG - 6].strip("-_") or "project"
    taken = set(Project.objects.filter(slug__startswith=start).values_list("slug", flat=True))
    candidates = (start if n == 1 else f"{start}-{n}" for n in count(1))
    return next(slug for slug in candidates if slug not in taken)


def create_project(
    slug: str, *, name: str = "", owner: User | None = None, overlap: int = 1, time_zone: str = "UTC"
) -> Project:
    """A project with its first questions, guidelines and open round, and its owner where one is named.

    Raises PrefereeError where the slug cannot stand in an address, or is taken.
    """
    try:
        return _create(slug, name, owner, overlap, time_zone)
    except IntegrityError as error:  # somebody else took it at this very moment
        raise PrefereeError(TAKEN.format(slug)) from error


@transaction.atomic
def _create(slug: str, name: str, owner: User | None, overlap: int, time_zone: str) -> Project:
    if not SLUG.fullmatch(slug):
        raise PrefereeError(
            f"“{slug}” cannot name a project. Use up to {LONGEST_SLUG} letters, digits, hyphens and underscores."
        )
    if Project.objects.filter(slug=slug).exists():
        raise PrefereeError(TAKEN.format(slug))
    seed = int.from_bytes(key_of("project seed", slug)[:7], "big")
    project = Project.objects.create(slug=slug, name=name or slug, overlap=overlap, seed=seed, time_zone=time_zone)
    questions = QuestionSet.objects.create(
        project=project, version=1, questions=DEFAULT_QUESTIONS, guidelines=GUIDELINES
    )
    Round.objects.create(project=project, number=1, name="round 1", question_set=questions)
    if owner is not None:
        Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    audit.record("project.create", project=project, actor=owner, target=slug)
    return project
