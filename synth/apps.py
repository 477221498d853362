from django.apps import AppConfig


class SynthConfig(AppConfig):
    name = "synth"
    verbose_name = "Machines"

    def ready(self) -> None:
        from core.recipes.shelf import shelve
        from core.runs.steps import register
        from synth import removals
        from synth.backends import opening, servers, transformers
        from synth.judges.reference import ReferenceJudge
        from synth.judges.step import ModelJudge

        register(ReferenceJudge())
        register(ModelJudge())
        opening.register("openai", servers.opened, servers.as_it_is_now)
        opening.register("transformers", transformers.opened, transformers.as_it_is_now)
        removals.connect()
        shelve("synth.recipes")
