"""Celery tasks: each takes ids, makes one call, and leaves the outcome in the row."""

from config.celery import app
from core.runs.actions import execute


@app.task(name="core.execute_run")  # type: ignore[untyped-decorator]
def execute_run(run_id: int) -> None:
    execute(run_id)
