from django.apps import AppConfig


class AnnotateConfig(AppConfig):
    name = "annotate"
    verbose_name = "People"

    def ready(self) -> None:
        from annotate import (
            assigning,
            blindness,
            leaks,
            progress,
            queue,
            removals,
            restoring,
            routing,
            seats,
            standing,
            strategy,
            writers,
        )
        from annotate.reading import Reading
        from core import assigning as desk
        from core import blindness as secrets
        from core import places, questions, work

        for room in (leaks, queue, removals, restoring, routing, seats, strategy, writers):
            room.connect()
        work.register(progress.work_in)
        questions.register(Reading())
        secrets.register(blindness.is_blind_to)
        desk.register(assigning.assign, assigning.take_back)
        places.register(standing.seats_in, standing.waiting_in)
