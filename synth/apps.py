from django.apps import AppConfig


class SynthConfig(AppConfig):
    name = "synth"
    verbose_name = "Machines"

    def ready(self) -> None:
        from core.recipes.shelf import shelve
        from core.runs.steps import register
        from synth import removals
        from synth.backends import opening, servers
        from synth.generate.best_of import BestOf
        from synth.generate.sampling import Generate
        from synth.judges.reference import ReferenceJudge
        from synth.judges.step import ModelJudge
        from synth.scorers.density import Density
        from synth.scorers.score import ScoreJudge

        for step in (ReferenceJudge(), ModelJudge(), Density(), ScoreJudge(), Generate(), BestOf()):
            register(step)
        opening.register("openai", servers.opened, servers.as_it_is_now)
        removals.connect()
        shelve("synth.recipes")
