"""Start a server on a home, detached from this process, and make sure that nobody else can reach it."""

import shlex
from pathlib import Path

from config.embedded.account import can_enter, run
from config.embedded.cluster import Cluster, make_place
from config.embedded.complaint import complaint
from config.embedded.configuration import server_options, write_access
from config.embedded.creation import SPACE_TO_START, check_space, check_version, create
from config.embedded.directories import check_parents, make_directory, parent_modes
from config.embedded.errors import EmbeddedError
from config.embedded.postmaster import holds, read_lock, read_plain
from config.embedded.programs import Programs, programs_for
from config.embedded.recovery import LONGEST_RECOVERY, clear_socket, settle, shut_down

LARGEST_LOG = 16 * 1024**2


def start(cluster: Cluster, *, durable: bool) -> None:
    """Create the cluster where there is none, recover what a former server left, and start. Needs the home's lock."""
    before = parent_modes([cluster.home / "postgres", cluster.data, cluster.socket])
    make_place(cluster)
    programs = programs_for(cluster.account, cluster.place)
    if cluster.data.exists():
        _check_reach(cluster)
        check_version(cluster)
        if settle(cluster, programs):
            return cluster.check()
        check_space(cluster, SPACE_TO_START)
    else:
        create(cluster, programs, durable=durable)
    make_directory(cluster.socket, 0o700, cluster.account)
    clear_socket(cluster)
    write_access(cluster)
    # Before and after: a loose mode is refused while nothing listens yet, and one that the start made ends it.
    cluster.check()
    _run_server(cluster, programs, durable=durable)
    try:
        cluster.check()
        check_parents(before)
    except EmbeddedError:
        shut_down(cluster, programs)
        raise


def _check_reach(cluster: Cluster) -> None:
    if not can_enter(cluster.account, cluster.data):
        raise EmbeddedError(
            f"The database server runs as {cluster.account.name}, who can no longer reach its files in {cluster.data}; "
            "undo the change to the modes or owners of the directories above."
        )


def _run_server(cluster: Cluster, programs: Programs, *, durable: bool) -> None:
    if cluster.log.exists() and cluster.log.lstat().st_size > LARGEST_LOG:
        cluster.log.rename(cluster.log.with_suffix(".log.old"))
    written = cluster.log.lstat().st_size if cluster.log.exists() else 0
    options = shlex.join(server_options(cluster, durable=durable))
    wait = ["-w", "-t", str(LONGEST_RECOVERY), "-s"]
    files: list[str | Path] = ["-D", cluster.data, "-l", cluster.log]
    started = run(cluster.account, programs["pg_ctl"], "start", *files, *wait, "-o", options)
    if started.returncode == 0:
        return
    lock = read_lock(cluster.data)
    if lock and holds(cluster, lock.pid):
        raise EmbeddedError(
            f"The database server (process {lock.pid}) is still recovering after {LONGEST_RECOVERY} s; "
            f"it goes on by itself, so try again later, and see {cluster.log} for how far it is."
        )
    reason = read_plain(cluster.log, written) or started.stderr
    raise EmbeddedError(complaint(reason, cluster.data, "The database server could not be started"))
