import logging
import os
from typing import Any

from celery import Celery
from celery.signals import after_setup_logger, after_setup_task_logger

from config import pulse as pulse  # the clock shows that it rings
from config.logs import WithoutSecrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("preferee")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def keep_secrets_out(logger: logging.Logger, **_: Any) -> None:
    """Workers have handlers of their own."""
    for handler in logger.handlers:
        handler.addFilter(WithoutSecrets())


for signal in (after_setup_logger, after_setup_task_logger):
    signal.connect(keep_secrets_out)
