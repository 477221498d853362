"""Where the files of a home's server lie."""

import os
from dataclasses import dataclass
from pathlib import Path

from config.embedded.account import Account, can_enter, server_account
from config.embedded.address import home_key, socket_directory
from config.embedded.directories import check_directory, make_directory
from config.embedded.errors import EmbeddedError
from config.embedded.notice import say

NOTE = "postgres.location"
OUTSIDE = Path("/var/lib")


@dataclass(frozen=True)
class Cluster:
    """`place` is ours and holds everything; inside it, `data` belongs to the account that the server runs as."""

    home: Path
    place: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def socket(self) -> Path:
        return socket_directory(self.home)

    @property
    def access_rules(self) -> Path:
        return self.place / "access.conf"

    @property
    def user_map(self) -> Path:
        return self.place / "users.conf"

    @property
    def name(self) -> str:
        """Marks the server's processes. Made of device and inode, so it holds when the home is renamed meanwhile."""
        facts = self.data.stat()
        return f"preferee-{facts.st_dev:x}-{facts.st_ino:016x}"

    def check(self) -> None:
        """Refuse modes and owners that would let another user in."""
        check_directory(self.place, place_mode(), os.geteuid())
        check_directory(self.data, 0o700, self.account.uid)
        check_directory(self.socket, 0o700, self.account.uid)


def place_mode() -> int:
    """Root's server runs as another account, which has to pass through to its files but cannot list."""
    return 0o711 if os.geteuid() == 0 else 0o700


def locate(home: Path) -> Cluster:
    """Find the files of the home's server, or the place where they will be. Writes nothing."""
    place = _place(home)
    return Cluster(home, place, server_account(place / "data"))


def _place(home: Path) -> Path:
    inside = home / "postgres"
    if os.geteuid() != 0:
        return inside
    if noted := _noted(home):
        return noted
    outside = OUTSIDE / f"preferee-{home_key(home)}"
    for place in (inside, outside):
        if (place / "data").exists():
            return place
    return inside if can_enter(server_account(inside / "data"), home) else outside


def _noted(home: Path) -> Path | None:
    note = home / NOTE
    try:
        place = Path(note.read_text().splitlines()[0])
    except FileNotFoundError:
        return None
    except IndexError:
        raise EmbeddedError(f"The file {note} is empty and should name the database's directory; remove it.") from None
    if not place.is_dir():
        raise EmbeddedError(
            f"The file {note} says that the database is in {place}, which is not there; "
            "bring that directory back, or remove the file to begin with an empty database."
        )
    return place


def make_place(cluster: Cluster) -> None:
    """Make the directory for the files, and leave a note in the home where it lies outside."""
    make_directory(cluster.place, place_mode())
    if not can_enter(cluster.account, cluster.place):
        raise EmbeddedError(
            f"The database server runs as {cluster.account.name}, who cannot pass through the directories above "
            f"{cluster.place}; move PREFEREE_HOME to where that account may pass."
        )
    note = cluster.home / NOTE
    if cluster.place.parent != cluster.home and not note.exists():
        note.write_text(
            f"{cluster.place}\nThe database of this directory is there, "
            f"since the account {cluster.account.name} cannot pass through here.\n"
        )
        say(
            f"The account {cluster.account.name}, as whom the database server runs, cannot pass through "
            f"{cluster.home}; the database's files are in {cluster.place}."
        )
