from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from synth.backends.protocol import Backend
    from synth.targets import Target


class SynthConfig(AppConfig):
    name = "synth"
    verbose_name = "Machines"

    def ready(self) -> None:
        from core import explanations, scorers
        from core.recipes.shelf import shelve
        from core.runs.steps import register
        from synth import removals
        from synth.backends import opening, servers
        from synth.judges.reference import ReferenceJudge
        from synth.judges.step import ModelJudge
        from synth.scorers.density import Density
        from synth.scorers.explaining import pages_of
        from synth.scorers.score import ScoreJudge
        from synth.scorers.versions import newest

        for step in (ReferenceJudge(), ModelJudge(), Density(), ScoreJudge()):
            register(step)
        scorers.register(newest)
        explanations.register(pages_of)
        opening.register("openai", servers.opened, servers.as_it_is_now)
        opening.register("transformers", _local_model)
        removals.connect()
        shelve("synth.recipes")


def _local_model(target: "Target") -> "Backend":
    """Read when the first one is asked: a process that asks none has nothing to do with it."""
    from synth.backends.transformers import opened

    return opened(target)
