"""The store of replies: what was replied before, found by everything that determines it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from core.bulk import Values, fetch
from core.ids import KEY_BYTES
from synth.backends.protocol import Likelihood, Place, Reply, Request, TokenRequest
from synth.storable import storable
from synth.targets import Target

if TYPE_CHECKING:
    from synth.desk import Desk

FIND = "SELECT key, body::text FROM synth_storedreply WHERE key = ANY(%s)"
# A reply that a crash of the database takes back is asked for again, so no commit waits for the disk.
STORE = """
INSERT INTO synth_storedreply (key, project_id, prompt, body, created)
SELECT decode(one ->> 0, 'hex'), %s, (one ->> 1)::bigint, (one -> 3)::jsonb, now()
  FROM (SELECT set_config('synchronous_commit', 'off', true) AS waits) AS commit, json_array_elements(%s::json) AS one
 WHERE commit.waits = 'off'
   AND NOT EXISTS (SELECT FROM core_prompt p WHERE p.id = (one ->> 1)::bigint AND p.erased IS NOT NULL)
   AND NOT EXISTS (SELECT FROM core_response r JOIN json_array_elements_text(one -> 2) quoted ON r.id = quoted::bigint
                    WHERE r.erased IS NOT NULL)
    ON CONFLICT DO NOTHING
RETURNING 1
"""
FORGET = "DELETE FROM synth_storedreply WHERE project_id = %s AND prompt = ANY(%s) RETURNING 1"
KEYS_A_LOOK = 5_000


class Written(msgspec.Struct, omit_defaults=True):
    """A reply as it is stored."""

    text: str
    finish: str = "stop"
    places: list[tuple[str, float, dict[str, float]]] = []
    renormalised: bool = False
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0


class Measured(msgspec.Struct, omit_defaults=True):
    """A likelihood as it is stored."""

    logprobs: list[float]
    tokens_in: int = 0
    seconds: float = 0.0


class Row(NamedTuple):
    key: str  # in hexadecimal
    about: int | None
    quotes: tuple[int, ...]
    body: Written | Measured


_json = msgspec.json.Encoder(order="deterministic")
_plain = msgspec.json.Encoder()
_written, _measured = msgspec.json.Decoder(Written), msgspec.json.Decoder(Measured)


class Keys:
    """Keys of requests to one target for one project."""

    def __init__(self, project_id: int, target: Target) -> None:
        place = (project_id, *map(str, target.identity), target.structure, target.logprobs)
        self._start = blake2b(_json.encode(place), digest_size=KEY_BYTES)

    def of(self, request: Request | TokenRequest) -> bytes:
        """All but what a request is about and quotes, which decides nothing."""
        digest = self._start.copy()
        digest.update(_json.encode(_determining(request)))
        return digest.digest()


def _determining(request: Request | TokenRequest) -> tuple[Any, ...]:
    if isinstance(request, TokenRequest):
        return request.prompt, request.response
    return (
        request.messages,
        request.sampling,
        request.schema,
        request.choice,
        request.logprobs,
        request.sample,
        request.prompt_version,
    )


def row_of(key: bytes, request: Request | TokenRequest, answer: Reply | Likelihood) -> Row:
    if isinstance(answer, Likelihood):
        body: Written | Measured = Measured(list(answer.logprobs), answer.tokens_in, round(answer.seconds, 3))
        return Row(key.hex(), request.about, request.quotes, body)
    places = [
        (storable(each.token), each.logprob, {storable(token): value for token, value in each.top.items()})
        for each in answer.places
    ]
    return Row(
        key.hex(),
        request.about,
        request.quotes,
        Written(
            storable(answer.text),
            answer.finish_reason,
            places,
            answer.renormalised,
            answer.tokens_in,
            answer.tokens_out,
            round(answer.seconds, 3),
        ),
    )


def reply_from(body: str) -> Reply:
    """As it was, but it costs nothing now."""
    told = _written.decode(body)
    places = tuple(Place(token, logprob, top) for token, logprob, top in told.places)
    return Reply(
        told.text,
        told.finish,
        places,
        told.renormalised,
        told.tokens_in,
        told.tokens_out,
        Decimal(0),
        told.seconds,
        stored=True,
    )


def likelihood_from(body: str) -> Likelihood:
    told = _measured.decode(body)
    return Likelihood(tuple(told.logprobs), Decimal(0), told.seconds, told.tokens_in, stored=True)


async def find(table: "Desk", keys: Sequence[bytes]) -> Mapping[bytes, str]:
    """The bodies that there are."""
    found: dict[bytes, str] = {}
    for at in range(0, len(keys), KEYS_A_LOOK):
        found |= {bytes(key): body for key, body in await table.fetch(FIND, [list(keys[at : at + KEYS_A_LOOK])])}
    return found


def values_to_store(project_id: int, rows: Sequence[Row]) -> Values:
    """For STORE, which is one transaction where none is open. What is there already stays.

    Nothing is stored of a prompt or a quoted response that was erased while the model wrote.
    """
    return [project_id, _plain.encode(rows).decode()]


def forget(project_id: int, prompt_ids: Sequence[int]) -> int:
    """Replies in which texts of these prompts were sent, or that became their responses; returns how many."""
    return len(fetch(FORGET, [project_id, list(prompt_ids)]))
