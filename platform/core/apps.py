from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Preference data"

    def ready(self) -> None:
        from core.auditing import logins
        from core.runs.steps import register
        from core.schedules.listening import listen
        from core.steps.aggregate import Aggregate
        from core.steps.compare import Compare
        from core.steps.export import Export
        from core.steps.import_files import Import
        from core.steps.people import People
        from core.steps.remove import Remove, RemoveFiles

        for step in (Import(), Compare(), People(), Aggregate(), Export(), Remove(), RemoveFiles()):
            register(step)
        listen()
        logins.connect()
