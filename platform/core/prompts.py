"""Change what may change of prompts, in sets: their tags and their language. Portions are those of `comparisons`."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from core import audit
from core.bulk import fetch
from core.comparisons import Portions
from core.errors import PrefereeError
from core.facts.marking import mark_prompts
from core.importing.languages import as_language
from core.models import Project, User
from core.signals import comparisons_changed

LONGEST_TAG = 100

CHANGE = "UPDATE core_prompt SET {set} WHERE project_id = %s AND id = ANY(%s) AND {differs} RETURNING id"
# In the order in which an import keeps them.
ADD = """tags = ARRAY(SELECT DISTINCT tag COLLATE "C" FROM unnest(tags || %s::varchar) tag ORDER BY 1)"""
REMOVE = "tags = array_remove(tags, %s::varchar)"
COMPARED = "SELECT id FROM core_comparison WHERE prompt_id = ANY(%s) ORDER BY id"


def add_tag(project: Project, portions: Portions, tag: str, *, by: User) -> int:
    """Returns how many prompts did not have it, as the others here return how many they changed."""
    tag = clean_tag(tag)
    return _change(project, portions, by, "tag", ADD, "NOT tags @> ARRAY[%s::varchar]", tag, tag=tag)


def remove_tag(project: Project, portions: Portions, tag: str, *, by: User) -> int:
    tag = clean_tag(tag)
    return _change(project, portions, by, "untag", REMOVE, "tags @> ARRAY[%s::varchar]", tag, tag=tag)


def set_language(project: Project, portions: Portions, language: str, *, by: User) -> int:
    """A tag like `en` or `pt-BR`; an empty one says that it is not known."""
    known = as_language(language.strip())
    if language.strip() and not known:
        raise PrefereeError(f"“{language[:40]}” is no language tag. Write one like en or pt-BR, or nothing.")
    return _change(project, portions, by, "language", "language = %s", "language <> %s", known, language=known)


def clean_tag(text: str) -> str:
    tag = " ".join(text.replace("\0", "").split())
    if not tag or len(tag) > LONGEST_TAG:
        raise PrefereeError(f"Write a tag of 1 to {LONGEST_TAG} characters.")
    return tag


def _change(
    project: Project, portions: Portions, by: User, verb: str, assignment: str, differs: str, value: str, **detail: Any
) -> int:
    sql = CHANGE.format(set=assignment, differs=differs)
    return sum(_change_portion(project, ids, by, verb, sql, value, detail) for ids in portions)


@transaction.atomic
def _change_portion(
    project: Project, ids: Sequence[int], by: User, verb: str, sql: str, value: str, detail: dict[str, Any]
) -> int:
    changed = sorted(pk for (pk,) in fetch(sql, [value, project.pk, list(ids), value]))
    if changed:
        mark_prompts(project.pk, changed)
        if compared := [pk for (pk,) in fetch(COMPARED, [changed])]:
            comparisons_changed.send(_change, project=project, comparison_ids=compared)
        audit.record(f"prompt.{verb}", project=project, actor=by, rows=len(changed), **detail)
    return len(changed)
