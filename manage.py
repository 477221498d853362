#!/usr/bin/env python3
"""Preferee's command line: run it with the virtual environment's Python."""

import os
import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] in (["demo"], ["serve"]) and not os.environ.get("PREFEREE_BEHIND_PROXY", "").strip("0"):
        os.environ.setdefault("PREFEREE_LOCAL", "1")  # plain HTTP on the loopback address
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django is not installed for this Python. Run `make install`, then .venv/bin/python manage.py.")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. What was saved stays; the same command does what is missing.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
