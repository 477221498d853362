"""What a former server left: one that still starts or stops, one whose socket is gone, locks and orphans."""

import time
from contextlib import suppress

from config.embedded.account import run
from config.embedded.address import socket_file
from config.embedded.cluster import Cluster
from config.embedded.complaint import complaint
from config.embedded.errors import EmbeddedError
from config.embedded.notice import say
from config.embedded.postmaster import Lock, answers, holds, is_alive, processes, read_lock, read_plain
from config.embedded.programs import Programs

LONGEST_RECOVERY = 300
LONGEST_ORPHAN = 60.0
# A server that is ready and cannot be reached for this long will not be reached later either.
DEAF_AFTER = 3.0
PAUSE = 0.1


def is_serving(cluster: Cluster) -> bool:
    """Whether the cluster's server takes connections at its address. Costs two small reads and a connection."""
    lock = read_lock(cluster.data)
    if lock is None or lock.state != "ready" or lock.socket != str(cluster.socket):
        return False
    return answers(socket_file(cluster.socket))


def settle(cluster: Cluster, programs: Programs) -> bool:
    """Bring what a former server left to an end: True when it serves, False when the way is free for a new one."""
    begun = time.monotonic()
    while lock := read_lock(cluster.data):
        waited = time.monotonic() - begun
        if not holds(cluster, lock.pid):
            _recover(cluster, lock)
            return False
        if is_serving(cluster):
            return True
        if lock.state == "ready" and (waited > DEAF_AFTER or _is_elsewhere(cluster, lock)):
            say(f"The database server (process {lock.pid}) no longer answers at {cluster.socket}; it is restarted.")
            shut_down(cluster, programs)
        elif waited > LONGEST_RECOVERY:
            raise EmbeddedError(
                f"The database server (process {lock.pid}) is still {lock.state or 'starting'} after "
                f"{LONGEST_RECOVERY} s; see {cluster.log} for what it is doing, and try again later."
            )
        time.sleep(PAUSE)
    return False


def _is_elsewhere(cluster: Cluster, lock: Lock) -> bool:
    return lock.socket != str(cluster.socket) or not socket_file(cluster.socket).exists()


def _recover(cluster: Cluster, lock: Lock) -> None:
    say(
        f"The database server (process {lock.pid}) was ended without a shutdown; "
        "the database now recovers from its log, which may take a while."
    )
    _wait_for_orphans(cluster)
    if is_alive(lock.pid):
        # PostgreSQL would take the stranger for its former self and refuse to start.
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        say(f"Process {lock.pid} is not the database server any more; its stale lock was removed.")


def _wait_for_orphans(cluster: Cluster) -> None:
    begun = time.monotonic()
    told = False
    while orphans := processes(cluster):
        numbers = " ".join(str(pid) for pid in orphans)
        if time.monotonic() - begun > LONGEST_ORPHAN:
            raise EmbeddedError(
                f"The database server was killed, and its processes {numbers} are still at work after "
                f"{LONGEST_ORPHAN:.0f} s; wait for them, or end them with `kill {numbers}`, and start again."
            )
        if not told:
            say(f"The database server was killed while its processes {numbers} were at work; waiting for them to end.")
            told = True
        time.sleep(PAUSE)


def clear_socket(cluster: Cluster) -> None:
    """Remove a dead server's socket. Refuses where another server answers at it."""
    path = socket_file(cluster.socket)
    lock = path.with_name(f"{path.name}.lock")
    if answers(path):
        number = read_plain(lock).split("\n")[0].lstrip("-") or "unknown"
        raise EmbeddedError(
            f"Another database server (process {number}) already answers at {path}; "
            "stop it, or set PREFEREE_HOME to another directory."
        )
    for left in (path, lock):
        left.unlink(missing_ok=True)


def shut_down(cluster: Cluster, programs: Programs) -> None:
    """Stop the server: it ends its sessions, writes everything down and is gone when this returns.

    Its socket's directory goes too: outside the home nobody would think of removing it.
    """
    wait = ["-w", "-t", str(LONGEST_RECOVERY), "-s"]
    stopped = run(cluster.account, programs["pg_ctl"], "stop", "-D", cluster.data, "-m", "fast", *wait)
    if stopped.returncode != 0 and read_lock(cluster.data):
        raise EmbeddedError(complaint(stopped.stderr, cluster.data, "The database server could not be stopped"))
    with suppress(OSError):
        cluster.socket.rmdir()
