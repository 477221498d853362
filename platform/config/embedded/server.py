"""The verbs: make sure that the server of a home runs, stop it, say how it is."""

from dataclasses import dataclass
from pathlib import Path

from config.embedded.address import Address, address
from config.embedded.cluster import locate
from config.embedded.complaint import explained
from config.embedded.directories import check_home, exists, prepare_home
from config.embedded.launch import start
from config.embedded.lock import only_one
from config.embedded.postmaster import holds, read_lock
from config.embedded.programs import programs_for
from config.embedded.recovery import is_serving, shut_down


@dataclass(frozen=True)
class Status:
    """`version` is the major version that wrote the files; None where there are none yet."""

    running: bool
    pid: int | None
    version: str | None
    data: Path
    socket: Path


def ensure_running(home: Path, *, durable: bool = True) -> Address:
    """Attach to the home's server, or create and start it detached; safe when many call at once.

    `durable=False` trades the safety of the data for speed, for tests; it does not change a server that runs.
    Raises EmbeddedError with a sentence.
    """
    home = home.expanduser().resolve()
    prepare_home(home)
    cluster = locate(home)
    if is_serving(cluster):
        cluster.check()
        return address(home)
    with only_one(home), explained(home, "The database server could not be started"):
        cluster = locate(home)
        if not is_serving(cluster):
            start(cluster, durable=durable)
        cluster.check()
    return address(home)


def stop(home: Path) -> bool:
    """Shut the home's server down and wait for its end; False if it was not running. Sessions are ended."""
    home = home.expanduser().resolve()
    if not exists(home):
        return False
    prepare_home(home)
    with only_one(home), explained(home, "The database server could not be stopped"):
        cluster = locate(home)
        lock = read_lock(cluster.data)
        if lock is None or not holds(cluster, lock.pid):
            return False
        shut_down(cluster, programs_for(cluster.account, cluster.place))
    return True


def process_of(home: Path) -> int | None:
    """The process of the home’s server, if there is one; cheap enough to ask always, since it connects to nothing."""
    cluster = locate(home.expanduser().resolve())
    lock = read_lock(cluster.data)
    return lock.pid if lock is not None and holds(cluster, lock.pid) else None


def status(home: Path) -> Status:
    """How the home's server is, without starting or changing anything."""
    home = home.expanduser().resolve()
    if exists(home):
        check_home(home)
    cluster = locate(home)
    version_file = cluster.data / "PG_VERSION"
    running = is_serving(cluster)
    lock = read_lock(cluster.data) if running else None
    return Status(
        running=running,
        pid=lock.pid if lock else None,
        version=version_file.read_text().strip() if version_file.exists() else None,
        data=cluster.data,
        socket=cluster.socket,
    )
