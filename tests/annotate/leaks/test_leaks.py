"""Responses that say who wrote them are shown to nobody before a reviewer has allowed it."""

import pytest
from django.utils import timezone

from annotate.leaks.keeping_back import leak_in
from annotate.leaks.words import USUAL_WORDS
from annotate.models import Flag, QueueItem
from annotate.queue.reservations import take_next
from core.models import Project, User
from core.work import work_of
from tests.factories import ComparisonFactory


@pytest.mark.parametrize(
    "text",
    [
        "As ChatGPT, I cannot do that.",
        "i’m claude, made by anthropic",
        "This model was\ndeveloped by   OpenAI.",
        "Ich bin Gemini.",
        "En tant que ChatGPT, je ne peux pas.",
        "我是ChatGPT",
        "由OpenAI开发的模型",
    ],
)
def test_the_usual_words_are_found(text: str) -> None:
    assert leak_in(text, USUAL_WORDS)


@pytest.mark.parametrize(
    "text", ["As Claude Monet painted it", "I am Bardolph.", "The Llama lives in Peru.", "OpenAI is a company.", ""]
)
def test_what_names_nobody_as_the_author_is_not(text: str) -> None:
    assert leak_in(text, USUAL_WORDS) is None


def test_it_is_set_aside_with_the_words_and_the_next_is_shown(project: Project, ada: User) -> None:
    leaking = ComparisonFactory(project=project, texts=["As ChatGPT, no.", "Yes."])
    plain = ComparisonFactory(project=project)
    assert take_next(ada, project).assignment.comparison == plain
    flag = Flag.objects.get()
    assert (flag.comparison, flag.kind, flag.person, flag.reason) == (
        leaking,
        "leak",
        None,
        "A response says “As ChatGPT”.",
    )
    item = QueueItem.objects.get(comparison=leaking)
    assert (item.held, item.is_open) == (0, False)
    assert work_of(ada, [project])[project.pk].left == 1


def test_once_allowed_it_is_shown_and_not_flagged_again(project: Project, ada: User) -> None:
    leaking = ComparisonFactory(project=project, texts=["As ChatGPT, no.", "Yes."])
    assert take_next(ada, project).assignment is None
    flag = Flag.objects.get()
    flag.resolved, flag.outcome = timezone.now(), "It may be shown."
    flag.save()
    assert take_next(ada, project).assignment.comparison == leaking
    assert Flag.objects.count() == 1


def test_the_project_decides_which_words(project: Project, ada: User) -> None:
    Project.objects.filter(pk=project.pk).update(identity_words=["Zephyr"])
    project.refresh_from_db()
    shown = ComparisonFactory(project=project, texts=["As ChatGPT, no.", "Yes."])
    ComparisonFactory(project=project, texts=["I, zephyr, say so.", "No."], priority=-1)
    assert take_next(ada, project).assignment.comparison == shown
    assert Flag.objects.get().reason == "A response says “Zephyr”."


def test_no_words_is_no_filter(project: Project, ada: User) -> None:
    Project.objects.filter(pk=project.pk).update(identity_words=[])
    project.refresh_from_db()
    ComparisonFactory(project=project, texts=["As ChatGPT, no.", "Yes."])
    assert take_next(ada, project).assignment is not None
