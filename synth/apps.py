from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from synth.backends.protocol import Backend
    from synth.targets import Target


class SynthConfig(AppConfig):
    name = "synth"
    verbose_name = "Machines"

    def ready(self) -> None:
        from core.recipes.shelf import shelve
        from core.runs.steps import register
        from synth.backends import opening as backends
        from synth.judges.reference import ReferenceJudge

        register(ReferenceJudge())
        backends.register("transformers", _local_model)
        shelve("synth.recipes")


def _local_model(target: "Target") -> "Backend":
    """Read when the first one is asked: a process that asks none has nothing to do with it."""
    from synth.backends.transformers import opened

    return opened(target)
