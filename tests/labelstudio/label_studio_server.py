"""A Label Studio server of the tests' own, on empty data; gone when they end, however they end."""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from core.serving.child import _die_with

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".venv-labelstudio" / "bin" / "label-studio"
MISSING = "Label Studio is not installed in .venv-labelstudio (make test-labelstudio installs it)"
ADDRESS = "lead@example.org"
SECONDS = 900


class LabelStudioServer:
    def __init__(self, folder: Path) -> None:
        self.token = secrets.token_hex(20)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        command = [str(PROGRAM), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                env=self._environment(folder),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )

    def wait(self) -> None:
        """Returns when it answers, which takes half a minute on a machine at rest."""
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-2_000:]
            assert time.monotonic() < deadline, f"Label Studio does not answer. {self.log.read_text()[-2_000:]}"
            time.sleep(0.5)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _environment(self, folder: Path) -> dict[str, str]:
        (folder / "data").mkdir()
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "LABEL_STUDIO_BASE_DATA_DIR": str(folder / "data"),
            "LABEL_STUDIO_USERNAME": ADDRESS,
            "LABEL_STUDIO_PASSWORD": secrets.token_hex(16),
            "LABEL_STUDIO_USER_TOKEN": self.token,
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            "SENTRY_DSN": "",
            "FRONTEND_SENTRY_DSN": "",
            "COLLECT_ANALYTICS": "false",
            "LATEST_VERSION_CHECK": "false",
        }


@contextmanager
def label_studio_server(folder: Path) -> Iterator[LabelStudioServer]:
    server = LabelStudioServer(folder)
    try:
        server.wait()
        yield server
    finally:
        server.kill()
