"""Create a project with what it needs to be used at once."""

import re

from django.db import transaction

from core import audit
from core.errors import PrefereeError
from core.ids import key_of
from core.models import Membership, Project, QuestionSet, Role, Round, User
from core.models.project import DEFAULT_QUESTIONS

LONGEST_SLUG = 60
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


@transaction.atomic
def create_project(slug: str, *, name: str = "", owner: User | None = None, overlap: int = 1) -> Project:
    """A project with its first questions, guidelines and open round, and its owner where one is named.

    Raises PrefereeError where the slug cannot stand in an address, or is taken.
    """
    if not SLUG.fullmatch(slug):
        raise PrefereeError(
            f"“{slug}” cannot name a project. Use up to {LONGEST_SLUG} letters, digits, hyphens and underscores."
        )
    if Project.objects.filter(slug=slug).exists():
        raise PrefereeError(f"There is a project “{slug}” already. Choose another name.")
    seed = int.from_bytes(key_of("project seed", slug)[:7], "big")
    project = Project.objects.create(slug=slug, name=name or slug, overlap=overlap, seed=seed)
    questions = QuestionSet.objects.create(
        project=project, version=1, questions=DEFAULT_QUESTIONS, guidelines=GUIDELINES
    )
    Round.objects.create(project=project, number=1, name="round 1", question_set=questions)
    if owner is not None:
        Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    audit.record("project.create", project=project, actor=owner, target=slug)
    return project
