"""The prompts that come with Preferee: text files with a name and a version in their head."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FOLDER = "prompts"
FORMS = "forms"
LINE = "\n---\n"


@dataclass(frozen=True, slots=True)
class PromptFile:
    """`parts` are what stands between lines of three hyphens, below the head."""

    name: str
    version: int
    head: dict[str, str]
    parts: tuple[str, ...]

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"


@cache
def given_prompts() -> dict[str, PromptFile]:
    """By name: what a judge is told."""
    return _read(FOLDER)


@cache
def forms() -> dict[str, PromptFile]:
    """By name: the sentences that say how to reply, and those that go before what is shown."""
    return _read(f"{FOLDER}/{FORMS}")


def _read(folder: str) -> dict[str, PromptFile]:
    texts = [file.read_text(encoding="utf-8") for file in files("synth.judges").joinpath(folder).iterdir() if _is(file)]
    return {prompt.name: prompt for prompt in map(_parsed, texts)}


def _is(file: object) -> bool:
    return str(getattr(file, "name", "")).endswith(".txt")


def _parsed(text: str) -> PromptFile:
    head, *parts = text.split(LINE)
    said = dict(line.split(": ", 1) for line in head.splitlines())
    return PromptFile(said["name"], int(said["version"]), said, tuple(part.rstrip("\n") for part in parts))
