"""A reply while it is being written."""

import random
from dataclasses import dataclass, field

from synth.backends.local.batches import Ids
from synth.backends.local.words import Words
from synth.backends.protocol import Place, Reply, Request, Sampling


@dataclass(eq=False)
class Writing:
    """`most` tokens at most; `draws` are its own numbers, so that it is written the same in any company."""

    prompt: Ids
    sampling: Sampling
    top: int
    most: int
    draws: random.Random
    ids: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    text: str = ""
    finish_reason: str = ""
    count: int = 0

    @classmethod
    def of(cls, request: Request, prompt: Ids, limit: int | None) -> "Writing":
        """Samples of one request with one seed differ by their number."""
        sampling = request.sampling
        most = min(sampling.max_tokens, limit - len(prompt)) if limit else sampling.max_tokens
        seed = None if sampling.seed is None else f"{sampling.seed}:{request.sample}"
        return cls(prompt, sampling, request.logprobs, max(most, 1), random.Random(seed))  # noqa: S311 - no secret

    @property
    def is_over(self) -> bool:
        return bool(self.finish_reason)

    def add(self, token: int, place: Place | None, words: Words) -> None:
        self.count += 1
        if token in words.ends:
            self._finish("stop", words)
            return
        self.ids.append(token)
        self.places += [place] if place else []
        if self._stops(words):
            self._finish("stop", words)
        elif self.count >= self.most:
            self._finish("length", words)

    def reply(self, seconds: float) -> Reply:
        return Reply(
            text=self.text,
            finish_reason=self.finish_reason,
            places=tuple(self.places),
            tokens_in=len(self.prompt),
            tokens_out=self.count,
            seconds=seconds,
        )

    def _stops(self, words: Words) -> bool:
        """A character is at most four tokens, so a stop is within the last few."""
        stops = self.sampling.stop
        if not stops:
            return False
        tail = words.text(self.ids[-4 * max(map(len, stops)) - 4 :])
        return any(stop in tail for stop in stops if stop)

    def _finish(self, reason: str, words: Words) -> None:
        """Without the stop and what came with it."""
        whole = words.text(self.ids)
        cut = min((at for stop in self.sampling.stop if stop and (at := whole.find(stop)) >= 0), default=len(whole))
        self.text, self.finish_reason = whole[:cut], reason
        while cut < len(whole) and self.places and len(words.text(self.ids[: len(self.places) - 1])) >= cut:
            self.places.pop()
