"""What a worker of the tests imports (Celery's `--include`): it makes the steps of the tests known there."""

from core.runs.steps import register
from tests.core.runs.paced import Paced, PacedJudge

register(Paced())
register(PacedJudge())
