"""Erase a person from the whole installation: from every project, then the account itself."""

from collections.abc import Callable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import PrefereeError
from core.judges import judge_of
from core.models import (
    ApiToken,
    Invitation,
    Judge,
    Membership,
    Mode,
    PasswordReset,
    Project,
    Removal,
    SavedFilter,
    Session,
    Subject,
    User,
)
from core.removals import ask, refuse_only_owners

NAME = "Erased person"


def erase_everywhere(person: User, *, by: User | None, work: Callable[[Removal], None]) -> int:
    """Returns in how many projects there was something of them. `work` does a removal's run to its end.

    Raises PrefereeError where a project would be left without an owner, or a run did not come through: what is left
    is done by the next call, and the account goes last.
    """
    projects = list(Project.objects.filter(pk__in=_places(person)).order_by("pk"))
    for project in projects:
        refuse_only_owners(project, [person.pk])
    for project in projects:
        removal = ask(project, Subject.PERSON, Mode.ERASE, [judge_of(person, project).pk], by=by)
        work(removal)
        removal.refresh_from_db()
        if removal.finished is None:
            raise PrefereeError(
                f"{project.name} is not done yet, so the account stays. Retry its run, then begin again."
            )
    erase_account(person, by=by)
    return len(projects)


def _places(person: User) -> set[int]:
    judged = Judge.objects.filter(person=person).values_list("project", flat=True)
    return {*judged, *Membership.objects.filter(user=person).values_list("project", flat=True)}


@transaction.atomic
def erase_account(person: User, *, by: User | None) -> None:
    """Nobody can log in with it or tell whose it was; its number stays, for the audit log has it."""
    row = User.objects.select_for_update().get(pk=person.pk)
    if row.erased:
        raise PrefereeError("This account is erased already.")
    for model in (Session, ApiToken, PasswordReset, SavedFilter):
        model._default_manager.filter(user=row).delete()
    Invitation.objects.filter(email__iexact=row.email).update(email="")
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=kind, object_id=str(row.pk)).update(object_repr=NAME, change_message="")
    row.email, row.name = f"{row.public.hex}@erased.invalid", NAME
    row.is_active = row.is_staff = row.is_superuser = False
    row.erased = timezone.now()
    row.set_unusable_password()
    row.save()
    audit.record("account.erase", project=None, actor=by, target=str(row.public))
