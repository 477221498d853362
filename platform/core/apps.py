from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Preference data"

    def ready(self) -> None:
        from core.comparing.step import Compare
        from core.runs.steps import register

        register(Compare())
