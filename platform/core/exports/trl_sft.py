"""The best answer to each prompt → rows for TRL's SFTTrainer: prompt and completion, conversational (RAFT)."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec
import pyarrow as pa

from core.bulk import Values, array, fetch, stream
from core.exports.conversations import MESSAGES, PROMPTS, RESPONSES, Options, answer_of, author_of, prompt_of
from core.exports.trl_dpo import Row
from core.models import Project

ROWS_A_BATCH = 1_000
SCHEMA = pa.schema([("prompt", MESSAGES), ("completion", MESSAGES), ("lineage", pa.string())])
# What `best_of` gave 1; the answers that it beat have 0. What was withdrawn since is no choice any more.
KEYS = """
SELECT p.id, r.id, s.parts::text
  FROM core_score s
  JOIN core_response r ON r.id = s.response_id
  JOIN core_prompt p ON p.id = r.prompt_id
 WHERE r.project_id = %(project)s AND s.scorer = %(scorer)s AND s.value = 1 AND s.parts ->> 'place' = '1'
   AND r.withdrawn IS NULL AND r.erased IS NULL AND p.withdrawn IS NULL AND p.erased IS NULL
 ORDER BY p.key, r.key
"""


def rows(project: Project, options: Options) -> Iterator[list[Row]]:
    """The rows in batches, in the order of prompt hash. `options.best_of` is NAME@VERSION here."""
    named: Values = {"project": project.pk, "scorer": options.best_of}
    keys = stream(KEYS, named, size=ROWS_A_BATCH)
    while batch := list(islice(keys, ROWS_A_BATCH)):
        yield _batch(batch, options)


def _batch(keys: Sequence[tuple[int, int, str]], options: Options) -> list[Row]:
    prompts = {row[0]: prompt_of(row, options) for row in fetch(PROMPTS, [array(key[0] for key in keys)])}
    responses = {row[0]: row[1:] for row in fetch(RESPONSES, [array(key[1] for key in keys)])}
    return [_row(prompts[prompt], responses[best], parts, options) for prompt, best, parts in keys]


def _row(prompt: tuple[str, list[dict[str, str]], str], best: tuple[Any, ...], parts: str, options: Options) -> Row:
    key, messages, split = prompt
    chosen_by = {"scorer": options.best_of, **msgspec.json.decode(parts)}
    lineage = {"prompt": key, "chosen": author_of(best), "best_of": chosen_by}
    values = {"prompt": messages, "completion": answer_of(best), "lineage": msgspec.json.encode(lineage).decode()}
    return Row(split, values)
