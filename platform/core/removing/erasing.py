"""Erase: content is gone and a tombstone stays. What is erased is withdrawn too, so that nothing uses it.

Keys are hashes of the content, by which somebody could tell whether a text that they have was here: they become random.
"""

from collections.abc import Iterator, Sequence

from core.bulk import array, fetch, lock_project
from core.facts.refreshing import refresh_facts, refresh_prompt_facts
from core.images.erasing import forget_images
from core.models import Prompt, Removal, Response, Subject
from core.removing.permit import erasing
from core.removing.person import erase_person
from core.removing.report import sum_of, touched
from core.removing.texts import clear_of_comparisons
from core.removing.withdrawing import COMPARISONS, Check, withdraw_comparisons
from core.renderings import forget as forget_renderings
from core.signals import texts_erased

PROMPTS_A_BATCH = 20

PROMPTS = """
UPDATE core_prompt SET messages = '[]', system = NULL, contexts = '[]', reference = NULL, metadata = '{}', tags = '{}',
       language = '', key = uuid_send(gen_random_uuid()), withdrawn = COALESCE(withdrawn, now()), erased = now()
 WHERE id = ANY(%s) AND erased IS NULL RETURNING id
"""
RESPONSES = """
UPDATE core_response SET content = '', messages = NULL, parameters = '{{}}', metadata = '{{}}', finish_reason = '',
       key = uuid_send(gen_random_uuid()), content_key = uuid_send(gen_random_uuid()),
       withdrawn = COALESCE(withdrawn, now()), erased = now()
 WHERE {column} = ANY(%s) AND erased IS NULL RETURNING id
"""
STANDING = "SELECT id FROM {table} WHERE id = ANY(%s) AND project_id = %s AND erased IS NULL ORDER BY id"
PROMPTS_OF = "SELECT DISTINCT prompt_id FROM core_response WHERE id = ANY(%s) ORDER BY 1"
SCORES = "DELETE FROM core_score WHERE response_id = ANY(%s) RETURNING 1"
HASHES = "UPDATE core_comparison SET key = uuid_send(gen_random_uuid()) WHERE id = ANY(%s) RETURNING 1"
# Which table an input is of, only its step knows: a note too many is emptied rather than one too few.
FAILURES = """
UPDATE core_failure f SET error = 'What was said here was removed together with an input of this number.'
  FROM core_stage s JOIN core_run r ON r.id = s.run_id
 WHERE s.id = f.stage_id AND r.project_id = %s AND f.input = ANY(%s) RETURNING 1
"""


def erase(removal: Removal, ids: Sequence[int], check: Check) -> None:
    """Repeated, it changes nothing: what is erased already is passed over."""
    if removal.subject == Subject.PERSON:
        for pk in ids:
            erase_person(removal, pk, check)
        return
    for batch in _some_at_a_time(removal, ids):
        check()
        with erasing():
            lock_project(removal.project_id)
            _erase(removal, batch)


def _some_at_a_time(removal: Removal, ids: Sequence[int]) -> Iterator[list[int]]:
    table = "core_prompt" if removal.subject == Subject.PROMPT else "core_response"
    standing = [pk for (pk,) in fetch(STANDING.format(table=table), [array(ids), removal.project_id])]
    for at in range(0, len(standing), PROMPTS_A_BATCH):
        yield standing[at : at + PROMPTS_A_BATCH]


def _erase(removal: Removal, ids: list[int]) -> None:
    """In one transaction, the queue and the comparisons first."""
    of_prompts = removal.subject == Subject.PROMPT
    comparisons = [pk for (pk,) in fetch(COMPARISONS[Subject(removal.subject)], [array(ids)])]
    withdraw_comparisons(removal, comparisons, erased=True)
    counts = {"texts of judgments": clear_of_comparisons(comparisons)}
    fetch(HASHES, [array(comparisons)])
    column = "prompt_id" if of_prompts else "id"
    counts["images"] = _forget_images(removal, ids)
    responses = [pk for (pk,) in fetch(RESPONSES.format(column=column), [array(ids)])]
    counts |= {"responses": len(responses), "scores": len(fetch(SCORES, [array(responses)]))}
    if of_prompts:
        counts["prompts"] = len(fetch(PROMPTS, [array(ids)]))
        refresh_facts(comparisons)  # they hold the words, by which tables are searched
        refresh_prompt_facts(ids)
    prompts = ids if of_prompts else [pk for (pk,) in fetch(PROMPTS_OF, [array(ids)])]
    counts |= sum_of(texts_erased.send(Removal, project=removal.project, prompt_ids=prompts))
    forget_renderings(removal.project)
    inputs = array([*ids, *responses, *comparisons])
    counts["notes of failures"] = len(fetch(FAILURES, [removal.project_id, inputs]))
    touched(removal, counts)


def _forget_images(removal: Removal, ids: list[int]) -> int:
    of_prompts = removal.subject == Subject.PROMPT
    prompts = list(Prompt.objects.filter(pk__in=ids)) if of_prompts else []
    responses = Response.objects.filter(**{"prompt__in" if of_prompts else "pk__in": ids})
    return forget_images(removal.project, prompts, list(responses))
