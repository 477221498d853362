"""The first start: the files of a new cluster, with the role and the database."""

import os
import shutil

from config.embedded.account import run
from config.embedded.address import DATABASE, ROLE
from config.embedded.cluster import Cluster
from config.embedded.complaint import complaint
from config.embedded.directories import make_directory
from config.embedded.errors import EmbeddedError
from config.embedded.programs import MAJOR, Programs

SPACE_TO_CREATE = 200 * 1024**2
# Two segments of the server's log. On a full disk the server does not refuse to start, it hangs.
SPACE_TO_START = 32 * 1024**2

# The extension is no trusted one, so the role could not create it; from the template every database has it.
FIRST_STATEMENTS = (
    "CREATE EXTENSION vector;",
    f"CREATE ROLE {ROLE} LOGIN CREATEDB;",
    f"CREATE DATABASE {DATABASE} OWNER {ROLE};",
)


def check_version(cluster: Cluster) -> None:
    """Refuse files that another major version wrote, and files that are no cluster."""
    try:
        written_by = (cluster.data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise EmbeddedError(
            f"The directory {cluster.data} holds no database of PostgreSQL (PG_VERSION is missing); "
            "restore it from a backup, or remove it to begin with an empty database."
        ) from None
    if written_by != MAJOR:
        raise EmbeddedError(
            f"The database in {cluster.data} was written by PostgreSQL {written_by}, and this installation "
            f"has {MAJOR}; export it with {written_by} and import it into a new PREFEREE_HOME."
        )


def check_space(cluster: Cluster, least: int) -> None:
    """Refuse a disk with less than `least` bytes left."""
    free = shutil.disk_usage(cluster.place).free
    if free < least:
        raise EmbeddedError(
            f"The disk that holds {cluster.place} has {free // 1024**2} MB left, and the database needs "
            f"{least // 1024**2} MB to start; free some space or set PREFEREE_HOME to another disk."
        )


def create(cluster: Cluster, programs: Programs, *, durable: bool) -> None:
    """Make the cluster under another name and rename it when complete, so that a half-made one never counts."""
    check_space(cluster, SPACE_TO_CREATE)
    half = cluster.place / "data.new"
    if half.exists():
        shutil.rmtree(half)
    make_directory(half, 0o700, cluster.account)
    shape = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["--username=postgres", "--auth-local=peer", "--auth-host=reject"]
    speed = [] if durable else ["--no-sync"]
    quiet = ["--data-checksums", "--no-instructions"]
    made = run(cluster.account, programs["initdb"], "-D", half, *quiet, *shape, *access, *speed)
    if made.returncode == 0:
        # The single-user mode needs no server and no superuser who can connect.
        single = ["--single", "-D", str(half), "-c", "exit_on_error=true", "template1"]
        made = run(cluster.account, programs["postgres"], *single, text="\n".join(FIRST_STATEMENTS) + "\n")
    if made.returncode != 0:
        raise EmbeddedError(complaint(made.stderr, cluster.place, "The database could not be created"))
    half.rename(cluster.data)
    _sync(cluster)


def _sync(cluster: Cluster) -> None:
    handle = os.open(cluster.place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
