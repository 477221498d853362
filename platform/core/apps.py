from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Preference data"

    def ready(self) -> None:
        from core import accounts, alarms, sessions
        from core.auditing import logins
        from core.facts import marking
        from core.images import ringing
        from core.reports.alarms import budget_alarms, run_alarms, undecided_alarms
        from core.runs.steps import register
        from core.schedules.alarms import schedule_alarms
        from core.schedules.listening import listen
        from core.steps.aggregate import Aggregate
        from core.steps.compare import Compare
        from core.steps.export import Export
        from core.steps.import_files import Import
        from core.steps.label_studio import LabelStudio
        from core.steps.overlap import Overlap
        from core.steps.people import People
        from core.steps.remove import Remove, RemoveFiles
        from core.team import team_alarms

        steps = (
            Import(),
            LabelStudio(),
            Compare(),
            People(),
            Overlap(),
            Aggregate(),
            Export(),
            Remove(),
            RemoveFiles(),
        )
        for step in steps:
            register(step)
        for source in (schedule_alarms, run_alarms, budget_alarms, team_alarms, undecided_alarms):
            alarms.register(source)
        listen()
        accounts.listen()
        sessions.listen()
        logins.connect()
        marking.connect()
        ringing.connect()
