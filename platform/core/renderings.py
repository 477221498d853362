"""Content is rendered once and kept: pages read many texts in one query, and render only what is not there yet."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from django.db import connection, transaction
from django.db.models import F
from django.utils.safestring import SafeString, mark_safe

from core.bulk import fetch
from core.ids import key_of
from core.images.places import kept_images
from core.images.placing import images_in, with_images
from core.models import Project
from core.rendering import MOST_CHARACTERS, VERSION, html_of
from core.rows import Ask, Rows, ask

Html = Mapping[str, SafeString]
Piece = tuple[str, list[str]]  # with placeholders, and the keys of the images that belong there

READ = "SELECT key, html, images FROM core_rendering WHERE project_id = %s AND key = ANY(%s)"
# What was rendered of texts that have been erased meanwhile is not kept: whoever erases takes the same lock alone.
LOCK = "SELECT pg_advisory_xact_lock{shared}(hashtext('preferee renderings'), %s)"
KEEP = """
INSERT INTO core_rendering (project_id, key, version, html, images)
SELECT p.id, new.key, %(version)s, new.html, string_to_array(new.images, ' ')
  FROM core_project p, unnest(%(keys)s::bytea[], %(html)s::text[], %(images)s::text[]) AS new (key, html, images)
 WHERE p.id = %(project)s AND p.erasures = %(erasures)s
ON CONFLICT DO NOTHING RETURNING 1
"""
OLD_ONES = """
DELETE FROM core_rendering WHERE id IN (SELECT id FROM core_rendering WHERE version <> %s LIMIT 5000) RETURNING 1
"""


def rendered_many(project: Project, texts: Iterable[str], *, breaks: bool = True) -> Html:
    """Each text as `core.rendering.rendered` shows it, with the project's images; one query where all are kept.

    The project must have been loaded before the texts were: it tells whether texts were erased since.
    """
    wanted = Texts(project, texts, breaks=breaks)
    return wanted.html if wanted.by_key else {}


class Texts:
    """Texts of a project that are to be shown. Whoever asks what is kept of them along with something else, says so."""

    def __init__(self, project: Project, texts: Iterable[str], *, breaks: bool = True) -> None:
        self.project, self.breaks = project, breaks
        self.by_key = {_key(text, breaks): text for text in texts}
        self.found: Rows | None = None  # the rows of `asked`

    @property
    def asked(self) -> Ask:
        """What is kept of them."""
        return READ, [self.project.pk, list(self.by_key)]

    @cached_property
    def html(self) -> Html:
        """By text, with the project's images; what is not kept yet is rendered now."""
        found = ask(*self.asked) if self.found is None else self.found
        pieces = {bytes(key): (html, images) for key, html, images in found}
        new = {key: _rendered(text, self.breaks) for key, text in self.by_key.items() if key not in pieces}
        if worth_it := {key: piece for key, piece in new.items() if len(self.by_key[key]) <= MOST_CHARACTERS}:
            _keep(self.project, worth_it)
        pieces |= new
        kept = kept_images(self.project, {name for _, names in pieces.values() for name in names})
        return {text: mark_safe(with_images(pieces[key][0], kept)) for key, text in self.by_key.items()}  # noqa: S308


def _key(text: str, breaks: bool) -> bytes:
    return key_of(str(VERSION), "breaks" if breaks else "", text.encode("utf-8", "surrogatepass"))


def _rendered(text: str, breaks: bool) -> Piece:
    html = html_of(text, breaks=breaks)
    return html, images_in(html)


@transaction.atomic
def _keep(project: Project, new: Mapping[bytes, Piece]) -> None:
    fetch(LOCK.format(shared="_shared"), [project.pk])
    keys = sorted(new)  # two who keep the same wait for each other in one order
    named = {
        "project": project.pk,
        "erasures": project.erasures,
        "version": VERSION,
        "keys": keys,
        "html": [new[key][0] for key in keys],
        "images": [" ".join(new[key][1]) for key in keys],
    }
    fetch(KEEP, named)


def forget(project: Project) -> int:
    """Inside the transaction that erases texts: nothing that was made of any is left, and nothing comes back."""
    fetch(LOCK.format(shared=""), [project.pk])
    Project.objects.filter(pk=project.pk).update(erasures=F("erasures") + 1)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_rendering WHERE project_id = %s", [project.pk])
        return int(cursor.rowcount)


def forget_old_ones() -> int:
    """What other versions of the renderer made, some thousands at a time; nobody reads it."""
    gone = 0
    while some := len(fetch(OLD_ONES, [VERSION])):
        gone += some
    return gone
