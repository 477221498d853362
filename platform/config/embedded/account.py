"""The operating system's accounts: who owns the home, and whom the server runs as."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import EmbeddedError

SERVER_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int


def of_user(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedError(
            f"The user with number {uid} has no name on this machine, and PostgreSQL needs one to tell users apart; "
            "add the user to /etc/passwd, or set DATABASE_URL to another PostgreSQL server."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def owner() -> Account:
    """The account that this process acts as, which owns the home and may connect."""
    return of_user(os.geteuid())


def server_account(data: Path) -> Account:
    """The account for the server: our own, but for root another one, since PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return owner()
    if data.exists():
        return _owner_of(data)
    for name in SERVER_ACCOUNTS:
        try:
            return of_user(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL does not run as root, and this machine has neither an account postgres nor nobody; "
        "create one with `useradd --system postgres`."
    )


def _owner_of(data: Path) -> Account:
    uid = data.lstat().st_uid
    if uid == 0:
        raise EmbeddedError(
            f"The database files in {data} belong to root, as whom PostgreSQL does not run; "
            "give them back to the account that wrote them with chown -R."
        )
    return of_user(uid)


def run(account: Account, *command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program to its end as `account`, with `text` on its standard input.

    The environment is not passed on: it may hold keys, and the server outlives us. Raises OSError where the program
    cannot be executed by the account.
    """
    switch = account.uid != os.geteuid()
    return subprocess.run(
        [str(part) for part in command],
        input=text,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        umask=0o077,
        user=account.uid if switch else None,
        group=account.gid if switch else None,
        extra_groups=os.getgrouplist(account.name, account.gid) if switch else None,
    )


def can_enter(account: Account, directory: Path) -> bool:
    """Whether the account may pass through every directory on the way to this one, and through it."""
    try:
        return run(account, "/bin/sh", "-c", 'cd -- "$1"', "sh", directory).returncode == 0
    except OSError as error:
        raise EmbeddedError(
            f"The database server has to run as {account.name}, and this process may not switch to that account "
            f"({error.strerror}); start Preferee as an ordinary user."
        ) from error
