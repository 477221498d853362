"""Addresses of pages: as the site writes them, and for those who read them in an e-mail."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from core.models import Run, Schedule


def page_of_schedule(schedule: Schedule) -> str:
    return reverse("schedule", args=[schedule.project.slug, schedule.public])


def page_of_run(run: Run, schedule: Schedule) -> str:
    """The run's own page; the schedule's, which lists it, where runs have none."""
    try:
        return reverse("run", args=[schedule.project.slug, run.public])
    except NoReverseMatch:
        return page_of_schedule(schedule)


def public(page: str) -> str:
    return f"{settings.PUBLIC_URL}{page}"
