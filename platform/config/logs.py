"""What must not stand in a log: the secrets that some addresses hold."""

import logging
import re

# Django's own warnings name the address of a request that was refused.
SECRET = re.compile(r"((?:/|%2F)(?:invite|reset|welcome)(?:/|%2F))[^\s\"'<>?&]+", re.IGNORECASE)


class WithoutSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if SECRET.search(said):
            record.msg, record.args = SECRET.sub(r"\1…", said), ()
        return True
