"""Saved filters: a name for what a table is narrowed to."""

from django.db import transaction

from core import audit
from core.errors import PrefereeError
from core.models import Project, SavedFilter, User

LONGEST_NAME = 60
LONGEST_QUERY = 2_000
MOST_SAVED = 100


@transaction.atomic
def save(project: Project, table: str, name: str, query: str, *, shared: bool, by: User) -> SavedFilter:
    """Under the name, in place of what this person had saved under it before."""
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise PrefereeError(f"Write a name of 1 to {LONGEST_NAME} characters.")
    if not query:
        raise PrefereeError("Nothing is filtered yet. Choose a filter first, then save it.")
    if len(query) > LONGEST_QUERY:
        raise PrefereeError("These filters are too long to be saved. Take some of them off.")
    own = SavedFilter.objects.filter(project=project, user=by, table=table)
    if own.exclude(name=name).count() >= MOST_SAVED:
        raise PrefereeError(f"You have saved {MOST_SAVED} filters. Delete one first.")
    saved, _ = own.update_or_create(
        project=project, user=by, table=table, name=name, defaults={"query": query, "shared": shared}
    )
    audit.record("filter.save", project=project, actor=by, target=name, shared=shared)
    return saved


@transaction.atomic
def delete_saved(saved: SavedFilter, *, by: User) -> None:
    audit.record("filter.delete", project=saved.project, actor=by, target=saved.name)
    saved.delete()
