from django.apps import AppConfig


class AnnotateConfig(AppConfig):
    name = "annotate"
    verbose_name = "People"

    def ready(self) -> None:
        from annotate import progress, queue, removals
        from core import work

        queue.connect()
        removals.connect()
        work.register(progress.work_in)
