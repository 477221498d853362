"""Sentences about what the package does on its own account: to the log, which is standard error by default."""

import logging


def say(sentence: str) -> None:
    logging.getLogger("config.embedded").warning(sentence)
