import os

from celery import Celery

from config import pulse as pulse  # the clock shows that it rings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("preferee")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
