"""Is there a server, and whose? Read from its lock file, its socket and the table of processes."""

import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.embedded.cluster import Cluster

CONNECT_TIMEOUT = 5.0


@dataclass(frozen=True)
class Lock:
    """The server's postmaster.pid. `state` is starting, ready, standby, stopping, or empty for a moment."""

    pid: int
    socket: str
    state: str


def read_lock(data: Path) -> Lock | None:
    """The lock in the data directory; None where there is none or it is not complete yet."""
    lines = read_plain(data / "postmaster.pid").split("\n")
    try:
        pid = abs(int(lines[0]))
    except ValueError:
        return None
    lines += [""] * 8
    return Lock(pid, lines[4].strip(), lines[7].strip())


def read_plain(path: Path, offset: int = 0) -> str:
    """The text of a file, empty where it is missing; never through a link that the server's account may have laid."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    with open(handle, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 (a descriptor, not a path)
        file.seek(offset)
        return file.read()


def answers(path: Path) -> bool:
    """Whether something listens on the socket; a server too busy to answer in time counts as listening."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(CONNECT_TIMEOUT)
        try:
            client.connect(str(path))
        except TimeoutError:
            return True
        except OSError:
            return False
    return True


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def holds(cluster: Cluster, pid: int) -> bool:
    """Whether this process is a server on the cluster. In doubt, any process of PostgreSQL is: a lock that is
    removed by mistake lets two servers destroy the files.
    """
    try:
        return Path(f"/proc/{pid}/cwd").samefile(cluster.data)
    except OSError:
        return "postgres" in _commands(cluster.account.uid).get(pid, "")


def processes(cluster: Cluster) -> list[int]:
    """All processes of the cluster's server, also those that outlive it."""
    return [pid for pid, command in _commands(cluster.account.uid).items() if cluster.name in command]


def _commands(uid: int) -> dict[int, str]:
    """The command lines of one user's processes, by process number."""
    if not Path("/proc/self/cmdline").exists():
        return _listed_commands(uid)
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if entry.stat().st_uid == uid:
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
    return found


def _listed_commands(uid: int) -> dict[int, str]:
    columns = ["ps", "-A", "-ww", "-o", "uid=,pid=,command="]
    listing = subprocess.run(columns, capture_output=True, text=True, errors="replace", check=True).stdout
    rows = (line.split(None, 2) for line in listing.splitlines())
    return {int(row[1]): row[2] for row in rows if len(row) == 3 and int(row[0]) == uid}
