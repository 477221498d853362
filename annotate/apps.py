from django.apps import AppConfig


class AnnotateConfig(AppConfig):
    name = "annotate"
    verbose_name = "People"

    def ready(self) -> None:
        from annotate import assigning, progress, queue, routing, seats, standing
        from core import assigning as desk
        from core import places, work

        for room in (queue, routing, seats):
            room.connect()
        work.register(progress.work_in)
        desk.register(assigning.assign, assigning.take_back)
        places.register(standing.seats_in, standing.waiting_in)
