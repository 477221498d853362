"""Replies, token by token: what is drawn depends on the request and its seed, not on what is in its batch."""

import time
from collections.abc import Iterator, Sequence
from itertools import count

from core.errors import PrefereeError
from synth.backends.local.batches import Ids, batched
from synth.backends.local.course import Course
from synth.backends.local.loading import Loaded, foreign
from synth.backends.local.memory import unless_full
from synth.backends.local.words import Words
from synth.backends.local.writing import Writing
from synth.backends.protocol import Failure, Reply, Request

Answers = list[tuple[int, Reply | Failure]]
# The place of a request, itself and its prompt's tokens.
Asked = tuple[int, Request, Ids]
# Tokens between two looks at whether anybody still waits.
STRIDE = 16
# A batch of these is as quick as a larger one, and shorter to wait for.
MOST_ROWS = {"cpu": 32, "cuda": 256}


def written(loaded: Loaded, asked: Sequence[Asked]) -> Iterator[Answers]:
    """Replies batch by batch, in any order, and nothing now and then, which is a moment to stop."""
    refused: Answers = [(place, why) for place, _, prompt in asked if (why := _refusal(loaded, prompt))]
    yield refused
    fitting = [one for one in asked if one[0] not in dict(refused)]
    words = Words(loaded)
    footprint, device = loaded.footprint, loaded.device.type
    reply = max((request.sampling.max_tokens for _, request, _ in fitting), default=0)
    for batch in batched(
        fitting,
        lambda one: len(one[2]),
        lambda longest: min(MOST_ROWS[device], footprint.rows(device, longest, longest + reply)),
        0,
    ):
        yield from _batch(loaded, words, batch)


def _batch(loaded: Loaded, words: Words, batch: Sequence[Asked]) -> Iterator[Answers]:
    """Halved, and begun again, for as long as memory runs out."""
    start = time.perf_counter()
    writings = [Writing.of(request, prompt, loaded.limit) for _, request, prompt in batch]
    steps = _steps(loaded, words, writings)
    while unless_full(loaded.footprint, len(batch), lambda: next(steps, False)):
        yield []
    if all(each.is_over for each in writings):
        seconds = (time.perf_counter() - start) / len(batch)
        yield [(place, each.reply(seconds)) for (place, _, _), each in zip(batch, writings, strict=True)]
        return
    if len(batch) == 1:
        yield [(batch[0][0], _too_much(loaded, writings[0]))]
        return
    middle = len(batch) // 2
    yield from _batch(loaded, words, batch[:middle])
    yield from _batch(loaded, words, batch[middle:])


def _steps(loaded: Loaded, words: Words, writings: Sequence[Writing]) -> Iterator[bool]:
    """Yields True every few tokens. Replies that are over leave the batch when they are half of it."""
    course = Course(loaded, [each.prompt for each in writings])
    open_ones = list(writings)
    for step in count(1):
        tokens = course.draw(open_ones, words)
        if all(each.is_over for each in open_ones):
            return
        going = [row for row, each in enumerate(open_ones) if not each.is_over]
        if loaded.shares and 2 * len(going) <= len(open_ones):
            course.keep(going)
            open_ones, tokens = [open_ones[row] for row in going], [tokens[row] for row in going]
        course.advance(tokens)
        if step % STRIDE == 0:
            yield True


def _refusal(loaded: Loaded, prompt: Ids) -> PrefereeError | None:
    if not prompt:
        return PrefereeError(f"The chat template of {loaded.name} makes nothing of this conversation.")
    if loaded.limit and len(prompt) >= loaded.limit:
        return PrefereeError(
            f"The prompt has {len(prompt):,} tokens; {loaded.name} takes {loaded.limit:,} with its reply at most."
        )
    return foreign(loaded, prompt)


def _too_much(loaded: Loaded, writing: Writing) -> PrefereeError:
    return PrefereeError(
        f"A reply of up to {writing.most:,} tokens to a prompt of {len(writing.prompt):,} does not fit into the memory "
        f"that is free beside {loaded.name}. Ask for fewer tokens."
    )
