"""Who answers under which system prompt, and what makes its answers replay. No database here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.ids import canonical, key_of
from synth.backends.protocol import Sampling
from synth.generate.configuration import GenerateConfig, SamplingConfig
from synth.targets import Target

LONGEST_AUTHOR = 200


@dataclass(frozen=True, slots=True)
class Voice:
    """A target with all that decides what it would write but the prompt and the number of the sample."""

    target: Target
    sampling: SamplingConfig
    told: Mapping[str, Any]  # by which step and under which system prompt

    @property
    def config(self) -> dict[str, Any]:
        """With no address: it stands beside responses, which many may read."""
        chosen = self.sampling
        return {
            **self.told,
            "endpoint": self.target.name,
            "model": self.target.model,
            "revision": self.target.revision,
            "temperature": chosen.temperature,
            "top_p": chosen.top_p,
            "max_tokens": chosen.max_tokens,
            "seed": chosen.seed,
            "stop": list(chosen.stop),
        }

    @property
    def key(self) -> bytes:
        return key_of(*self.target.identity, canonical({**self.config, "endpoint": ""}))

    @property
    def author(self) -> str:
        return self.target.author[:LONGEST_AUTHOR]

    def drawn(self, seed: int) -> Sampling:
        chosen = self.sampling
        return Sampling(chosen.temperature, chosen.top_p, chosen.max_tokens, seed, chosen.stop)


def voices_of(config: GenerateConfig, targets: Mapping[str, Target]) -> Iterator[Voice]:
    """One an endpoint and system prompt."""
    for name in config.endpoints:
        for system in config.systems or (None,):
            told = {"step": "generate", "system": system, "contexts": config.contexts}
            yield Voice(targets[name], config, told | ({"systems_are": config.systems_are} if system else {}))


def seed_of(voice: bytes, prompt: bytes, number: int, about: bytes = b"") -> int:
    """One a voice, prompt (by its key) and sample, below 2³¹: servers take no more. It does not hang on row numbers."""
    return int.from_bytes(key_of(voice, prompt, about, str(number))[:4], "big") >> 1
