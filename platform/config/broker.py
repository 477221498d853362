"""The broker of one machine: files in a folder, each written whole before its name can be seen.

kombu's own transport opens a message before it writes it, so that a worker which looks in between reads nothing and
dies of it. Here a message is renamed into place, and renamed again by whoever takes it: one worker gets it. The folders
may be deleted while the processes run: who needs one makes it again.
"""

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
    root.parent.mkdir(parents=True, exist_ok=True)
    messages, taken = (str(_made(root / name)) for name in ("messages", "taken"))
    for folder in (root, root / "messages", root / "taken"):
        _refuse_if_open(folder)
    return {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "processed_folder": taken,
        "polling_interval": SECONDS_BETWEEN_LOOKS,
    }


def _made(folder: Path) -> Path:
    for each in (folder.parent, folder):
        with suppress(FileExistsError):
            each.mkdir(mode=0o700)
    return folder


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
    def _queue_bind(self, *args: Any) -> None:
        """Nothing to keep: a queue has the name of its routing key. kombu's file of routes may be left half-written."""

    def _lookup(self, exchange: Any, routing_key: str, default: Any = None) -> list[str]:
        """Events of workers, which go to a topic, are for nobody here: they would heap up."""
        return [routing_key] if self.typeof(exchange).type == "direct" else []  # type: ignore[no-untyped-call]

    def _size(self, queue: Any) -> int:
        _made(Path(self.data_folder_in))
        return int(super()._size(queue))  # type: ignore[no-untyped-call]

    def _put(self, queue: Any, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{uuid4()}.{queue}.msg"
        hidden = _made(Path(self.data_folder_out)) / f".{name}"
        hidden.write_text(dumps(payload))  # type: ignore[no-untyped-call]
        # By the clock of the file system, so that what was rung first is looked at first.
        hidden.rename(hidden.with_name(f"{hidden.stat().st_mtime_ns:020}_{name}"))

    def _get(self, queue: Any, timeout: Any = None) -> Any:
        messages = _made(Path(self.data_folder_in))
        for name in sorted(path.name for path in messages.iterdir()):
            if name.startswith(".") or name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = _made(Path(self.processed_folder)) / name
            try:
                (messages / name).rename(taken)
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


class Transport(filesystem.Transport):
    Channel = Channel
    # A disk that is full or away is a broker that is away: who rings goes on, who listens tries again.
    connection_errors = (*filesystem.Transport.connection_errors, OSError)  # type: ignore[assignment]


TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
