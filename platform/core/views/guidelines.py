from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.differences import Difference, difference
from core.http import UserRequest
from core.models import QuestionSet
from core.permissions import get_project
from core.questions import last_seen
from core.rendering import rendered
from core.views.access import signed_in
from core.views.pages import in_project


@require_safe
@signed_in
def guidelines(request: UserRequest, slug: str) -> HttpResponse:
    """What the open round asks people to go by, and what is new for somebody who judged by an older version."""
    project = get_project(request.user, slug, "see")
    current = project.current_round
    text = current.question_set.guidelines if current else ""
    read = last_seen(request.user, project) if current else None
    context = in_project(
        request.user,
        project,
        "guidelines",
        round=current,
        text=rendered(text, breaks=False) if text.strip() else "",
        read=read,
        change=_change(read, current.question_set) if current and read else None,
    )
    return render(request, "core/guidelines.html", context)


def _change(read: QuestionSet, now: QuestionSet) -> Difference | None:
    found = difference(read.guidelines, now.guidelines)
    return None if found.is_none else found
