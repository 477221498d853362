"""Where the server of a home is reached: a function of the path and the user, the same at every call."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

PORT = 5432
ROLE = "preferee"
DATABASE = "preferee"

# macOS takes 103 bytes for the path of a socket, Linux 107.
LONGEST_SOCKET_PATH = 103
# Both the server's setting and libpq's `host` read a comma as the start of another entry.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")


@dataclass(frozen=True)
class Address:
    """How to connect: `host` is the directory of the socket."""

    host: str
    port: int
    user: str
    database: str

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}@{quote(self.host, safe='')}:{self.port}/{self.database}"

    @property
    def socket(self) -> Path:
        return socket_file(Path(self.host))


def address(home: Path) -> Address:
    """The address of the server of `home`, whether it runs or not. Starts and writes nothing."""
    return Address(host=str(socket_directory(home)), port=PORT, user=ROLE, database=DATABASE)


def socket_file(directory: Path) -> Path:
    return directory / f".s.PGSQL.{PORT}"


def home_key(home: Path) -> str:
    """Twelve hexadecimal digits that stand for the home's path, symbolic links resolved."""
    return hashlib.sha256(os.fsencode(home.expanduser().resolve())).hexdigest()[:12]


def socket_directory(home: Path) -> Path:
    """Inside the home where the path is short and plain enough, else a private directory outside it.

    As root always outside: the server's account may have no way into the home, and in /run nobody but root can take
    the name first.
    """
    user = os.geteuid()
    if user == 0:
        runtime = Path("/run") if Path("/run").is_dir() else Path("/var/run")
        return runtime / f"preferee-{home_key(home)}"
    inside = home.expanduser().resolve() / "postgres" / "socket"
    short = len(os.fsencode(socket_file(inside))) <= LONGEST_SOCKET_PATH
    if short and PLAIN_PATH.fullmatch(str(inside)):
        return inside
    # Owner, mode and kind are checked before use, so a directory that somebody else made here is refused.
    return Path("/tmp") / f"preferee-{user}-{home_key(home)}"  # noqa: S108
