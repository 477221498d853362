"""What must not stand in a log: the secrets that some addresses hold, and the keys of servers."""

import logging
import re
import sys

from core.given_secrets import without_keys

# Django's own warnings name the address of a request that was refused.
SECRET = re.compile(r"((?:/|%2F)(?:invite|reset|welcome)(?:/|%2F))[^\s\"'<>?&]+", re.IGNORECASE)


class WithoutSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        clean = without_keys(SECRET.sub(r"\1…", said))
        if clean != said:
            record.msg, record.args = clean, ()
        if record.exc_info and not record.exc_text and not sys.is_finalizing():  # handlers take it as it stands here
            record.exc_text = without_keys(logging.Formatter().formatException(record.exc_info))
        return True
