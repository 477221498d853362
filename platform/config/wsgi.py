import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# What is loaded stays, and a request leaves few cycles: to look through all of it again and again costs more than they.
gc.freeze()
gc.set_threshold(20_000, 10, 100)
