"""The broker of one machine: files in a folder, each written whole before its name can be seen.

kombu's own transport opens a message before it writes it, so that a worker which looks in between reads nothing and
dies of it. Here a message is renamed into place, and renamed again by whoever takes it: one worker gets it.
"""

import fcntl
import logging
import os
import stat
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.core.exceptions import ImproperlyConfigured
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

SECONDS_BETWEEN_LOOKS = 0.25
# What kombu raises over a file that is not a message of its own writing.
NO_MESSAGE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
log = logging.getLogger(__name__)


def folders(url: str) -> dict[str, Any]:
    """Transport options for `filesystem:///FOLDER`; the folders are made, and are nobody else's to read."""
    root = Path(unquote(urlsplit(url).path))
    if root in {Path(), Path("/")}:
        raise ImproperlyConfigured("CELERY_BROKER_URL names no folder. Write filesystem:///FOLDER.")
    root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (root, root / "messages", root / "taken", root / "control"):
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        _refuse_if_open(folder)
    return {
        "data_folder_in": str(root / "messages"),
        "data_folder_out": str(root / "messages"),
        "processed_folder": str(root / "taken"),
        "control_folder": str(root / "control"),
        "polling_interval": SECONDS_BETWEEN_LOOKS,
    }


def _refuse_if_open(folder: Path) -> None:
    """Whoever may write there could ring for anything; whoever may read there sees what is rung for."""
    facts = folder.lstat()
    what = f"The broker's folder {folder} (CELERY_BROKER_URL)"
    if not stat.S_ISDIR(facts.st_mode):
        raise ImproperlyConfigured(f"{what} is a file or a link. Name a folder.")
    if facts.st_uid != os.geteuid():
        raise ImproperlyConfigured(f"{what} belongs to user {facts.st_uid}. Name a folder of your own.")
    if facts.st_mode & 0o077:
        raise ImproperlyConfigured(f"{what} is open to other users. Run `chmod -R go= {folder}`, or name another.")


class Channel(filesystem.Channel):
    def _put(self, queue: Any, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{uuid4()}.{queue}.msg"
        hidden = Path(self.data_folder_out) / f".{name}"
        hidden.write_text(dumps(payload))  # type: ignore[no-untyped-call]
        # By the clock of the file system, so that what was rung first is looked at first.
        hidden.rename(hidden.with_name(f"{hidden.stat().st_mtime_ns:020}_{name}"))

    def _get(self, queue: Any, timeout: Any = None) -> Any:
        for name in sorted(path.name for path in Path(self.data_folder_in).iterdir()):
            if name.startswith(".") or name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.processed_folder) / name
            try:
                (Path(self.data_folder_in) / name).rename(taken)
            except FileNotFoundError:
                continue
            payload = self._read(taken)
            taken.unlink()
            if payload is not None:
                return payload
        raise Empty

    def _read(self, path: Path) -> Any:
        """None for what is not a message: it would take the worker with it."""
        try:
            payload = loads(path.read_text())  # type: ignore[no-untyped-call]
            self.Message(payload, channel=self)  # type: ignore[no-untyped-call]
        except NO_MESSAGE as error:
            log.warning("The file %s in the broker's folder is no message and was removed: %s", path.name, error)
            return None
        return payload

    def get_table(self, exchange: Any) -> Any:
        try:
            return super().get_table(exchange)  # type: ignore[no-untyped-call]
        except ValueError:  # a power cut left half of it; whoever starts next binds its queues again
            return []

    def _queue_bind(self, exchange: Any, routing_key: Any, pattern: Any, queue: Any) -> None:
        """Written whole under a lock: the web server, the worker and the clock may all start at this moment."""
        file = self._exchange_file(exchange)  # type: ignore[no-untyped-call]
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with file.with_name(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            if bound not in table:
                hidden = file.with_name(f".{file.name}")
                hidden.write_text(dumps([bound, *table]))  # type: ignore[no-untyped-call]
                hidden.rename(file)


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
