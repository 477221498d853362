"""The admin for installation staff: accounts, projects with export as an action, and what only grows, to look at."""

from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from core import audit
from core.errors import PrefereeError
from core.models import AuditEvent, DatasetVersion, Judge, Membership, Project, Run, Schedule, User


def log_in_on_the_login_page(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """The admin's own form would know nothing of failed tries."""
    if request.user.is_authenticated:
        if admin.site.has_permission(request):
            return redirect("admin:index")
        raise PermissionDenied("The admin is for those who look after this installation.")
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


admin.site.login = log_in_on_the_login_page  # type: ignore[method-assign]


class Recorded:
    """What staff change here stands in the audit log too: which row, and which of its fields."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _record(request, "admin.add", obj)
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _record(request, "admin.change", obj, fields=_fields(message))
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            _record(request, "admin.delete", row)
        return super().log_deletions(request, queryset)  # type: ignore[misc]


def _record(request: HttpRequest, verb: str, row: Any, **detail: Any) -> None:
    project = row if isinstance(row, Project) else None
    target = str(getattr(row, "public", None) or getattr(row, "slug", row.pk))
    actor = cast(User, request.user)
    audit.record(verb, project=project, actor=actor, target=target, table=row._meta.model_name, **detail)


def _fields(message: Any) -> list[str]:
    """Their names only: what stands in them may be a person's."""
    if isinstance(message, str):
        return []
    changes = [change for part in message for change in part.values()]
    return sorted({str(field) for change in changes for field in change.get("fields", [change.get("name", "")])})


class AccountCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class AccountAdmin(Recorded, UserAdmin):  # type: ignore[type-arg]
    add_form = AccountCreationForm
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active")
    search_fields = ("email", "name")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    filter_horizontal = ()
    list_filter = ("is_staff", "is_active")


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    fields = ("user", "role")
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Project)
class ProjectAdmin(Recorded, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "slug", "overlap", "created")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "overlap")
    inlines = (MembershipInline,)
    actions = ("export_for_dpo", "export_for_preferee")

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        """Nobody opens one that is being deleted."""
        return super().get_queryset(request).filter(pk__in=Project.objects.standing())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a project needs questions and a round, which `manage.py ingest` gives a new one

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        return False

    @admin.action(description="Export for DPO training (TRL)")
    def export_for_dpo(self, request: HttpRequest, projects: QuerySet[Project]) -> None:
        self._export(request, projects, "trl-dpo")

    @admin.action(description="Export everything (interchange format)")
    def export_for_preferee(self, request: HttpRequest, projects: QuerySet[Project]) -> None:
        self._export(request, projects, "preferee")

    def _export(self, request: HttpRequest, projects: QuerySet[Project], form: str) -> None:
        from core.exports.service import export_dataset  # pyarrow: half a second of every start

        for project in projects:
            out = settings.EXPORTS_FOLDER / project.slug / form
            try:
                version = export_dataset(project, form, out, by=request.user)  # type: ignore[arg-type]
            except PrefereeError as error:
                self.message_user(request, f"{project.slug}: {error}", messages.ERROR)
            else:
                rows = version.manifest["counts"]["rows"]
                self.message_user(request, f"{project.slug}: {version}, {rows:,} rows, written to {out}")


class LookOnly:
    """Rows that programs write and people read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Judge)
class JudgeAdmin(LookOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "kind", "version", "project")
    list_filter = ("kind",)
    list_select_related = ("project",)


@admin.register(Run)
class RunAdmin(LookOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("recipe", "project", "state", "created", "finished")
    list_filter = ("state", "recipe__name")
    list_select_related = ("project", "recipe")


@admin.register(Schedule)
class ScheduleAdmin(LookOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "project", "recipe", "cron", "enabled", "next_due")
    list_filter = ("enabled",)
    list_select_related = ("project",)


@admin.register(DatasetVersion)
class DatasetVersionAdmin(LookOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("__str__", "digest", "created")
    list_select_related = ("dataset",)


@admin.register(AuditEvent)
class AuditEventAdmin(LookOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "verb", "target", "actor", "project")
    list_select_related = ("actor", "project")
    list_filter = ("verb",)
