"""How many answers people give at most per tag or language: set, change, remove. The queue follows."""

from django.db import transaction

from annotate.models import Quota, QuotaKind
from annotate.queue.items import lock_all
from annotate.queue.routing import reroute
from core import audit
from core.errors import Conflict, PrefereeError
from core.models import Project, User

LONGEST_VALUE = 100
MOST_QUOTAS = 100
MOST_ANSWERS = 100_000_000


@transaction.atomic
def set_quota(project: Project, kind: str, value: str, most: int, *, by: User | None = None) -> Quota:
    """At most so many answers from now on; one for the same tag or language is changed.

    What is given or reserved already beyond that stays. Raises PrefereeError where a value does not fit.
    """
    value = " ".join(value.split())
    _check(kind, value, most)
    _lock(project)
    quota = Quota.objects.filter(project=project, kind=kind, value=value).first()
    if quota is None and Quota.objects.filter(project=project).count() >= MOST_QUOTAS:
        raise PrefereeError(f"The project has {MOST_QUOTAS} quotas, which is the most. Remove one first.")
    if quota is None:
        quota = Quota.objects.create(project=project, kind=kind, value=value, most=most)
        reroute(project)
        quota.refresh_from_db()
    else:
        Quota.objects.filter(pk=quota.pk).update(most=most)
        quota.most = most
    audit.record("quota.set", project=project, actor=by, target=f"{kind}:{value}", most=most)
    return quota


@transaction.atomic
def remove_quota(quota: Quota, *, by: User | None = None) -> None:
    """What it held back is asked again, as far as a later quota does not hold it."""
    project = quota.project
    _lock(project)
    lock_all(project)
    gone, _ = Quota.objects.filter(pk=quota.pk).delete()
    if not gone:
        raise Conflict(f"The quota for {quota.value} is not there any more. Reload the page.")
    reroute(project)
    audit.record("quota.remove", project=project, actor=by, target=f"{quota.kind}:{quota.value}", most=quota.most)


def _lock(project: Project) -> None:
    """Quotas of one project change one after the other."""
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)


def _check(kind: str, value: str, most: int) -> None:
    if kind not in QuotaKind.values:
        raise PrefereeError("A quota is for a tag or for a language. Choose one.")
    if not value or len(value) > LONGEST_VALUE:
        raise PrefereeError(f"The {kind} has {len(value)} characters. Write 1 to {LONGEST_VALUE}.")
    if not 0 <= most <= MOST_ANSWERS:
        raise PrefereeError(f"{most} answers cannot be the most. Write a number from 0 to {MOST_ANSWERS:,}.")
