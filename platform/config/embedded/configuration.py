"""What the server is told at its start, and who may connect."""

import os
from pathlib import Path

from config.embedded.account import owner
from config.embedded.address import PORT, ROLE
from config.embedded.cluster import Cluster

ONE_MACHINE = {
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "max_wal_size": "2GB",
    "max_connections": "100",
    "jit": "off",
    # A new table grows from nothing to thousands of rows within a minute, and is planned for as empty until it is seen.
    "autovacuum_naptime": "15s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# For tests, two of which may open 64 connections each at the same moment; and which fill a table within a transaction,
# where whoever comes to vacuum it meanwhile finds many pages and nothing on them.
NOT_DURABLE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "autovacuum_naptime": "1min",
}


def server_options(cluster: Cluster, *, durable: bool) -> list[str]:
    """The server's command-line options; given there, no file in the data directory can override them."""
    private = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(cluster.socket),
        "unix_socket_permissions": "0700",
        "hba_file": str(cluster.access_rules),
        "ident_file": str(cluster.user_map),
        "cluster_name": cluster.name,
    }
    chosen = private | ONE_MACHINE | ({} if durable else NOT_DURABLE)
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def write_access(cluster: Cluster) -> None:
    """Let the home's owner connect as the role, checked by the kernel, and nobody else as anything.

    The superuser has no way in: it made the role and the database before the server's first start.
    """
    _write(cluster.access_rules, f"local all {ROLE} peer map=owner\n")
    _write(cluster.user_map, f'owner "{owner().name}" {ROLE}\n')


def _write(path: Path, text: str) -> None:
    # A rewrite on a full disk would leave an empty file.
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    # Under root the server reads them as another account; they hold no secret.
    path.chmod(0o644 if os.geteuid() == 0 else 0o600)
