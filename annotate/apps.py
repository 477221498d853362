from django.apps import AppConfig


class AnnotateConfig(AppConfig):
    name = "annotate"
    verbose_name = "People"

    def ready(self) -> None:
        from annotate import queue

        queue.connect()
