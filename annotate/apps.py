from django.apps import AppConfig


class AnnotateConfig(AppConfig):
    name = "annotate"
    verbose_name = "People"

    def ready(self) -> None:
        from annotate import progress, queue
        from annotate.reading import Reading
        from core import questions, work

        queue.connect()
        work.register(progress.work_in)
        questions.register(Reading())
