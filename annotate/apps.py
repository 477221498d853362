from django.apps import AppConfig


class AnnotateConfig(AppConfig):
    name = "annotate"
    verbose_name = "People"

    def ready(self) -> None:
        from annotate.asked import Asked
        from annotate.leaks import keeping_back
        from annotate.queue import assigning, items, removals, restoring, routing, seats, standing, strategy, writers
        from annotate.review import blindness
        from annotate.work import progress
        from core import assigning as desk
        from core import blindness as secrets
        from core import places, questions, work

        for each in (keeping_back, items, removals, restoring, routing, seats, strategy, writers):
            each.connect()
        work.register(progress.work_in)
        questions.register(Asked())
        secrets.register(blindness.is_blind_to)
        desk.register(assigning.assign, assigning.take_back)
        places.register(standing.seats_in, standing.waiting_in)
