"""Look through a project's texts for images, and note those that are to be fetched."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from msgspec.json import decode

from core.bulk import fetch, lock_project
from core.conversation import text_of
from core.images.keeping import may_fetch
from core.images.placing import is_image_itself, key_of_address
from core.models import Image, ImageSearch, Project
from core.rendering import MOST_CHARACTERS, markdown

IDS_AT_ONCE = 5_000
# Rows that are added one at a time take no lock, so one may come after another that has a higher number.
LATE = 1_000
MOST_OF_A_TEXT = 50

Row = Sequence[Any]
PROMPTS = """
SELECT messages::text, system, contexts::text, reference FROM core_prompt
 WHERE project_id = %s AND id > %s AND id <= %s AND erased IS NULL
   AND (messages::text ~ '!\\[|image_url' OR system LIKE '%%![%%' OR contexts::text LIKE '%%![%%'
        OR reference LIKE '%%![%%')
"""
RESPONSES = """
SELECT content, messages::text FROM core_response
 WHERE project_id = %s AND id > %s AND id <= %s AND erased IS NULL
   AND (content LIKE '%%![%%' OR messages::text ~ '!\\[|image_url')
"""
LAST = "SELECT COALESCE(max(id), 0) FROM {table}"


def find_images(project: Project, *, seconds: float = 20.0) -> bool:
    """Note the images of the texts that were added since the last time; True where the time was over before the end.

    Those on the web only where the project has them fetched, those that are written out always.
    """
    search, _ = ImageSearch.objects.get_or_create(project=project)
    until = time.monotonic() + seconds
    for table, column, sql, texts in _TABLES:
        ((last,),) = fetch(LAST.format(table=table), [])
        at = max(0, getattr(search, column) - LATE)
        while at < last:
            if time.monotonic() > until:
                return True
            upto = min(at + IDS_AT_ONCE, last)
            _note(project, sql, texts, at, upto)
            ImageSearch.objects.filter(pk=project.pk).update(**{column: upto})
            at = upto
    return False


@transaction.atomic
def _note(project: Project, sql: str, texts: Callable[[Row], Iterable[str]], after: int, upto: int) -> None:
    """While nobody adds in sets or erases: what is looked at is all there is, and still there when it is noted."""
    lock_project(project.pk)
    found = {address for row in fetch(sql, [project.pk, after, upto]) for address in _addresses(texts(row))}
    wanted = [each for each in found if may_fetch(project) or is_image_itself(each)]
    rows = [Image(project=project, key=key_of_address(address), address=address) for address in sorted(wanted)]
    Image.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def addresses_in(text: str) -> list[str]:
    """Of the images that the text shows, as its rendering names them."""
    if "![" not in text or len(text) > MOST_CHARACTERS:
        return []
    blocks = markdown(True).parse(text, {})
    images = [inner for block in blocks for inner in _flat(block.children or ()) if inner.type == "image"]
    return [str(image.attrGet("src")) for image in images[:MOST_OF_A_TEXT]]


def _flat(tokens: Iterable[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from _flat(token.children or ())


def _addresses(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from addresses_in(text)


def _texts_of_prompt(row: Row) -> Iterator[str]:
    messages, system, contexts, reference = row
    yield from map(text_of, decode(messages))
    yield from (context["text"] for context in decode(contexts))
    yield from filter(None, (system, reference))


def _texts_of_response(row: Row) -> Iterator[str]:
    content, messages = row
    yield from map(text_of, decode(messages) if messages else [{"content": content}])


_TABLES = (
    ("core_prompt", "prompt", PROMPTS, _texts_of_prompt),
    ("core_response", "response", RESPONSES, _texts_of_response),
)
