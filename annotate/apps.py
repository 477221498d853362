from django.apps import AppConfig


class AnnotateConfig(AppConfig):
    name = "annotate"
    verbose_name = "People"

    def ready(self) -> None:
        from annotate import assigning, progress, queue, removals, routing, seats, standing
        from annotate.reading import Reading
        from core import assigning as desk
        from core import places, questions, work

        for room in (queue, removals, routing, seats):
            room.connect()
        work.register(progress.work_in)
        questions.register(Reading())
        desk.register(assigning.assign, assigning.take_back)
        places.register(standing.seats_in, standing.waiting_in)
