"""Directories that are private, stay private, and whose parents keep the modes they had."""

import os
import pwd
import stat
from collections.abc import Iterable
from pathlib import Path

from config.embedded.account import Account
from config.embedded.errors import EmbeddedError

# PostgreSQL's tools hand these paths to a shell inside double quotes.
UNQUOTABLE = frozenset('"$`\\\n')


def refuse_odd_path(path: Path) -> None:
    if UNQUOTABLE.intersection(str(path)):
        raise EmbeddedError(
            f"The path {str(path)!r} holds a quote, a dollar sign, a backslash or a line break, which the tools of "
            "PostgreSQL cannot take; use a directory without them."
        )


def prepare_home(home: Path) -> None:
    """Make the home where it is missing, and refuse one that is not ours alone to write."""
    refuse_odd_path(home)
    if not exists(home):
        # Root's server runs as another account, which passes through but cannot list.
        for missing in reversed([home, *(parent for parent in home.parents if not parent.exists())]):
            make_directory(missing, 0o711 if os.geteuid() == 0 else 0o700)
    check_home(home)
    if not os.access(home, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise EmbeddedError(f"The directory {home} is not writable; make it so or set PREFEREE_HOME to another one.")


def exists(home: Path) -> bool:
    """Whether there is something at the home's path; refuses a path that this user cannot look into."""
    try:
        return home.exists()
    except OSError as error:
        raise EmbeddedError(
            f"The directory {home} cannot be reached ({error.strerror}); set PREFEREE_HOME to one that you can write."
        ) from error


def check_home(home: Path) -> None:
    """Refuse a home that belongs to somebody else, or that everybody may write into."""
    facts = home.stat()
    if not stat.S_ISDIR(facts.st_mode):
        raise EmbeddedError(f"PREFEREE_HOME names {home}, which is not a directory; name a directory.")
    if facts.st_uid != os.geteuid():
        raise EmbeddedError(
            f"The directory {home} belongs to {user_name(facts.st_uid)}, and this process runs as "
            f"{user_name(os.geteuid())}; run as its owner or set PREFEREE_HOME to a directory of your own."
        )
    if facts.st_mode & stat.S_IWOTH:
        raise EmbeddedError(
            f"Every user may write into {home}, so the database in it would not be safe; "
            "set PREFEREE_HOME to a directory that only you can write."
        )


def make_directory(path: Path, mode: int, account: Account | None = None) -> None:
    """Make the directory with exactly this mode for the account (us by default), or check the one that is there."""
    uid = os.geteuid() if account is None else account.uid
    try:
        path.mkdir(mode=0o700)
        path.chmod(mode)
        if account is not None and uid != os.geteuid():
            os.chown(path, uid, account.gid, follow_symlinks=False)
    except FileExistsError:
        check_directory(path, mode, uid)
    except OSError as error:
        raise EmbeddedError(
            f"The directory {path} cannot be made ({error.strerror}); set PREFEREE_HOME to one that you can write."
        ) from error


def check_directory(path: Path, mode: int, uid: int) -> None:
    """Refuse a directory that is a link, belongs to somebody else or has another mode than it must have."""
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode):
        raise EmbeddedError(f"{path} must be a directory and is a link or a file; remove it and start again.")
    if facts.st_uid != uid:
        raise EmbeddedError(
            f"The directory {path} belongs to {user_name(facts.st_uid)} and must belong to {user_name(uid)}; "
            "find out who made it, and remove it or set PREFEREE_HOME to another directory."
        )
    if stat.S_IMODE(facts.st_mode) != mode:
        raise EmbeddedError(
            f"The directory {path} has the mode {stat.S_IMODE(facts.st_mode):04o} and must have {mode:04o}, "
            f"or other users could reach the database; run `chmod {mode:04o} {path}`."
        )


def parent_modes(paths: Iterable[Path]) -> dict[Path, int]:
    """The permission bits of every existing directory above the paths."""
    parents = {parent for path in paths for parent in path.parents if parent.exists()}
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in sorted(parents)}


def check_parents(before: dict[Path, int]) -> None:
    """Refuse to go on where a directory above ours has become more open than it was."""
    for parent, mode in before.items():
        now = stat.S_IMODE(parent.stat().st_mode)
        if now & ~mode:
            raise EmbeddedError(
                f"The directory {parent} was opened from mode {mode:04o} to {now:04o} while the database started, "
                f"so the database was stopped again; run `chmod {mode:04o} {parent}` and find out who did it."
            )


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
