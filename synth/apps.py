from django.apps import AppConfig


class SynthConfig(AppConfig):
    name = "synth"
    verbose_name = "Machines"

    def ready(self) -> None:
        from core import explanations, scorers
        from core.recipes.shelf import shelve
        from core.runs.steps import register
        from synth import removals, steps
        from synth.backends import opening, servers, transformers
        from synth.scorers.explaining import pages_of
        from synth.scorers.versions import newest

        for step in steps.every():
            register(step)
        opening.register("openai", servers.opened, servers.as_it_is_now)
        opening.register("transformers", transformers.opened, transformers.as_it_is_now)
        scorers.register(newest)
        explanations.register(pages_of)
        removals.connect()
        shelve("synth.recipes")
