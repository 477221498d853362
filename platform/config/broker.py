"""The broker of one machine: files in a folder, each written whole before its name can be seen.

kombu's own transport opens a message before it writes it, so that a worker which looks in between reads nothing and
dies of it. Here a message is renamed into place, and renamed again by whoever takes it: one worker gets it.
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
    for name in ("messages", "taken", "control"):
        (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "data_folder_in": str(root / "messages"),
        "data_folder_out": str(root / "messages"),
        "processed_folder": str(root / "taken"),
        "control_folder": str(root / "control"),
        "polling_interval": SECONDS_BETWEEN_LOOKS,
    }


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
            payload = loads(taken.read_text())  # type: ignore[no-untyped-call]
            taken.unlink()
            return payload
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
