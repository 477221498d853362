"""The broker of one machine: files in a folder, each written whole before its name can be seen.

kombu's own transport opens a message before it writes it, so that a worker which looks in between reads nothing and
dies of it. Here a message is renamed into place, and renamed again by whoever takes it: one worker gets it. The folders
may be deleted while the processes run: who needs one makes it again.
"""

from pathlib import Path
from queue import Empty
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.core.exceptions import ImproperlyConfigured
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

SECONDS_BETWEEN_LOOKS = 0.25


def folders(url: str) -> dict[str, Any]:
    """Transport options for `filesystem:///FOLDER`; the folders are made, and are nobody else's to read."""
    root = Path(unquote(urlsplit(url).path))
    if root in {Path(), Path("/")}:
        raise ImproperlyConfigured("CELERY_BROKER_URL names no folder. Write filesystem:///FOLDER.")
    messages, taken = (str(_made(root / name)) for name in ("messages", "taken"))
    return {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "processed_folder": taken,
        "polling_interval": SECONDS_BETWEEN_LOOKS,
    }


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


class Channel(filesystem.Channel):
    def _queue_bind(self, *args: Any) -> None:
        """Nothing to keep: a queue has the name of its routing key. kombu's file of routes may be left half-written."""

    def _lookup(self, exchange: Any, routing_key: str, default: Any = None) -> list[str]:
        return [routing_key]

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
            payload = loads(taken.read_text())  # type: ignore[no-untyped-call]
            taken.unlink()
            return payload
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel
    # A disk that is full or away is a broker that is away: who rings goes on, who listens tries again.
    connection_errors = (*filesystem.Transport.connection_errors, OSError)  # type: ignore[assignment]


TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
