"""Addresses of pages: as the site writes them, and for those who read them in an e-mail."""

from django.conf import settings
from django.urls import reverse

from core.models import Run, Schedule


def page_of_schedule(schedule: Schedule) -> str:
    return reverse("schedule", args=[schedule.project.slug, schedule.public])


def page_of_run(run: Run, schedule: Schedule) -> str:
    return reverse("run", args=[schedule.project.slug, run.public])


def public(page: str) -> str:
    return f"{settings.PUBLIC_URL}{page}"
