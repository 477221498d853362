"""The log-probability of each response token given all before it."""

import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import pairwise
from math import isnan
from typing import Any

from core.errors import PrefereeError
from synth.backends.local.batches import Group, Ids, batched, grouped
from synth.backends.local.loading import Loaded, foreign
from synth.backends.local.memory import LEAST_TOKENS, unless_full
from synth.backends.local.packing import fits_in_one, packed_states
from synth.backends.local.passes import first_states, further_states, states_of, told
from synth.backends.protocol import Failure, Likelihood, TokenRequest

# A place among the requests with its answer.
Answers = list[tuple[int, Likelihood | Failure]]
One = tuple[int, Ids, Ids]
# Figures by row: groups in their order, their responses in theirs.
Way = Callable[[Loaded, Sequence[Group]], list[list[float]]]


def measured(loaded: Loaded, requests: Sequence[TokenRequest], *, share: bool = True) -> Iterator[Answers]:
    """Answers batch by batch, in any order. `share`: the prompt of several responses goes through once if that pays."""
    some: Answers = [(place, answer) for place, each in enumerate(requests) if (answer := at_once(loaded, each))]
    yield some
    done = {place for place, _ in some}
    groups = grouped((place, each.prompt, each.response) for place, each in enumerate(requests) if place not in done)
    ways: dict[Way | None, list[Group]] = {}
    for group in groups:
        ways.setdefault(_way(loaded, group) if share else None, []).append(group)
    for packed in packs(loaded, ways.get(_figures_packed, []), lambda group: group.together):
        yield from _shared(loaded, packed, _figures_packed)
    for packed in packs(loaded, ways.get(_figures_held, []), lambda group: len(group.prompt)):
        yield from _shared(loaded, packed, _figures_held)
    for batch in batches_apart(loaded, [one for group in ways.get(None, []) for one in _rows(group)]):
        yield from _apart(loaded, batch)


def packs(loaded: Loaded, groups: Sequence[Group], length: Callable[[Group], int]) -> Iterator[list[Group]]:
    """Prompts that go through the model together: more than one only where they are short."""
    footprint, device = loaded.footprint, loaded.device.type
    least = LEAST_TOKENS[device]
    return batched(groups, length, lambda most: min(footprint.rows(device, most, most), max(1, least // most)), least)


def batches_apart(loaded: Loaded, ones: Sequence[One]) -> Iterator[list[One]]:
    footprint, device = loaded.footprint, loaded.device.type
    return batched(
        ones,
        lambda one: len(one[1]) + len(one[2]),
        lambda longest: footprint.rows(device, longest),
        LEAST_TOKENS[device],
    )


def at_once(loaded: Loaded, request: TokenRequest) -> Likelihood | Failure | None:
    """What needs no model: nothing to measure, or nothing that it can take."""
    length = len(request.prompt) + len(request.response)
    if not request.response:
        return Likelihood((), tokens_in=length)
    if not request.prompt:
        return PrefereeError("Nothing stands before the response, so its first token has no probability.")
    if loaded.limit and length > loaded.limit:
        return PrefereeError(
            f"Prompt and response have {length:,} tokens together; {loaded.name} takes {loaded.limit:,} at most."
        )
    return foreign(loaded, request.prompt + request.response)


def _apart(loaded: Loaded, batch: Sequence[One]) -> Iterator[Answers]:
    """Halved for as long as memory runs out."""
    start = time.perf_counter()
    figures = unless_full(loaded.footprint, len(batch), lambda: _figures_apart(loaded, batch))
    if figures is not None:
        yield _answers(batch, figures, time.perf_counter() - start)
        return
    if len(batch) == 1:
        yield [(batch[0][0], _too_long(loaded, len(batch[0][1]) + len(batch[0][2])))]
        return
    middle = len(batch) // 2
    yield from _apart(loaded, batch[:middle])
    yield from _apart(loaded, batch[middle:])


def _way(loaded: Loaded, group: Group) -> Way | None:
    """How its prompt is shared, None where it is not."""
    if not (loaded.projects and group.is_worth_sharing):
        return None
    if fits_in_one(loaded, group):
        return _figures_packed
    return _figures_held if loaded.shares else None


def _shared(loaded: Loaded, packed: Sequence[Group], way: Way) -> Iterator[Answers]:
    """Where memory runs out, these prompts are not shared."""
    start = time.perf_counter()
    rows = [one for group in packed for one in _rows(group)]
    figures = unless_full(loaded.footprint, len(rows), lambda: way(loaded, packed))
    if figures is not None:
        yield _answers(rows, figures, time.perf_counter() - start)
        return
    for batch in batches_apart(loaded, rows):
        yield from _apart(loaded, batch)


def _figures_apart(loaded: Loaded, batch: Sequence[One]) -> list[list[float]]:
    import torch

    with torch.inference_mode():
        first = min(len(prompt) for _, prompt, _ in batch) - 1
        states = states_of(loaded, [(*prompt, *response[:-1]) for _, prompt, response in batch], first)
        rows = [row for row, (_, _, response) in enumerate(batch) for _ in response]
        columns = [len(prompt) - 1 - first + place for _, prompt, response in batch for place in range(len(response))]
        wanted = [token for _, _, response in batch for token in response]
        return _cut(told(loaded, states[rows, columns], wanted), [response for _, _, response in batch])


def _figures_packed(loaded: Loaded, packed: Sequence[Group]) -> list[list[float]]:
    import torch

    responses = [response for group in packed for response in group.responses]
    wanted = [token for response in responses for token in response]
    with torch.inference_mode():
        return _cut(told(loaded, packed_states(loaded, packed), wanted), responses)


def _figures_held(loaded: Loaded, packed: Sequence[Group]) -> list[list[float]]:
    """The prompts first; what the model holds of them is copied for each response."""
    import torch

    footprint, device = loaded.footprint, loaded.device.type
    rows = [(number, response) for number, group in enumerate(packed) for response in group.responses]
    prompts = [group.prompt for group in packed]
    most = max(map(len, prompts))
    found: list[list[float]] = [[] for _ in rows]
    with torch.inference_mode():
        last, held = first_states(loaded, prompts)
        for batch in batched(
            range(len(rows)),
            lambda row: len(rows[row][1]),
            lambda longest: footprint.rows(device, longest, most + longest),
            LEAST_TOKENS[device],
        ):
            of = [rows[row][0] for row in batch]
            responses = [rows[row][1] for row in batch]
            states = _continued(loaded, last, deepcopy(held), prompts, of, responses)
            wanted = [token for response in responses for token in response]
            for row, figures in zip(batch, _cut(told(loaded, states, wanted), responses), strict=True):
                found[row] = figures
    return found


def _continued(
    loaded: Loaded, last: Any, held: Any, prompts: Sequence[Ids], of: Sequence[int], responses: Sequence[Ids]
) -> Any:
    """The state before each response token: that of the prompt's end, then those of the response."""
    import torch

    read = [response[:-1] for response in responses]
    if not any(read):
        return last[of]
    later = further_states(loaded, held, prompts, of, read)
    parts = [part for row, ids in enumerate(read) for part in (last[of[row]][None], later[row, : len(ids)])]
    return torch.cat(parts)


def _rows(group: Group) -> list[One]:
    return [(place, group.prompt, response) for place, response in zip(group.places, group.responses, strict=True)]


def _cut(figures: Sequence[float], responses: Sequence[Ids]) -> list[list[float]]:
    ends = [0]
    for response in responses:
        ends.append(ends[-1] + len(response))
    return [list(figures[start:end]) for start, end in pairwise(ends)]


def _answers(batch: Sequence[One], figures: Sequence[Sequence[float]], seconds: float) -> Answers:
    each = seconds / len(batch)
    return [
        (place, _answer(logprobs, len(prompt) + len(response), each))
        for (place, prompt, response), logprobs in zip(batch, figures, strict=True)
    ]


def _answer(logprobs: Sequence[float], tokens: int, seconds: float) -> Likelihood | Failure:
    if any(isnan(each) for each in logprobs):
        return PrefereeError("The model gave no number for a token of the response: its arithmetic overflowed.")
    return Likelihood(tuple(logprobs), seconds=seconds, tokens_in=tokens)


def _too_long(loaded: Loaded, tokens: int) -> PrefereeError:
    return PrefereeError(f"{tokens:,} tokens do not fit into the memory that is free beside {loaded.name}.")
