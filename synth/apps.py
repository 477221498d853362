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
        from synth import removals, steps
        from synth.backends import opening, servers

        for step in steps.every():
            register(step)
        opening.register("openai", servers.opened, servers.as_it_is_now)
        opening.register("transformers", _local_model)
        removals.connect()
        shelve("synth.recipes")


def _local_model(target: "Target") -> "Backend":
    """torch is imported where a local model is used, and nowhere else."""
    from synth.backends.transformers import opened

    return opened(target)
