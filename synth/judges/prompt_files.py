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
    """By NAME@VERSION, and by name the newest: what a judge is told. A version that judges were made with stays."""
    return _read(FOLDER)


@cache
def forms() -> dict[str, PromptFile]:
    """The same for the sentences that say how to reply, and those that go before what is shown."""
    return _read(f"{FOLDER}/{FORMS}")


def labels_of_prompts() -> list[str]:
    return sorted(key for key in given_prompts() if "@" in key)


def _read(folder: str) -> dict[str, PromptFile]:
    found = [file for file in files("synth.judges").joinpath(folder).iterdir() if file.name.endswith(".txt")]
    prompts = sorted((_parsed(file.read_text(encoding="utf-8")) for file in found), key=lambda each: each.version)
    return {key: prompt for prompt in prompts for key in (prompt.name, prompt.label)}


def _parsed(text: str) -> PromptFile:
    head, *parts = text.split(LINE)
    said = dict(line.split(": ", 1) for line in head.splitlines())
    return PromptFile(said["name"], int(said["version"]), said, tuple(part.rstrip("\n") for part in parts))
