"""What `--map TARGET=COLUMN` may say."""

from collections.abc import Mapping
from typing import get_args

from core.importing.interchange import Kind, RefusedFile
from core.importing.label_studio import targets
from core.importing.layouts import mapped

KINDS = get_args(Kind)
SCALES = ("1", "2", "3")


def checked(mapping: Mapping[str, str]) -> dict[str, str]:
    """The same mapping. Raises RefusedFile for a target that does not exist and for a word out of place."""
    for target, column in mapping.items():
        if target == "kind" and column not in KINDS:
            raise RefusedFile(f"--map kind={column}: a kind is one of {', '.join(KINDS)}.")
        if target == "scale" and column not in SCALES:
            raise RefusedFile(f"--map scale={column}: a scale is 1, 2 or 3 points a side.")
        if target not in mapped.WORDS and not mapped.is_target(target) and not targets.is_target(target):
            raise RefusedFile(
                f"--map {target}={column}: there is no target {target!r}. Targets are prompt, system, reference, "
                "response, response_1 and so on, chosen, rejected, model, model_1 and so on, preference, judge, tags, "
                "metadata.NAME, kind and scale; for Label Studio also those in docs/label-studio.md."
            )
    return dict(mapping)


def columns_named(mapping: Mapping[str, str]) -> list[str]:
    """The columns that the mapping reads; none when it holds only words such as the kind."""
    return sorted({column for target, column in mapping.items() if mapped.is_target(target)})
