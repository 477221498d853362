"""A real vLLM server of the tests' own, on the CPU; gone when they end, however they end."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from core.serving.child import _die_with

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("VLLM_BIN") or ROOT / ".venv-vllm" / "bin") / "vllm"
MISSING = "vLLM is not installed in .venv-vllm (make test-vllm installs it)"
SECONDS = 900
# What a request says about white space is not heard: a weak model would write blanks until its tokens are spent.
GRAMMAR = {"backend": "xgrammar", "disable_any_whitespace": True}


class VLLMServer:
    """Serves the model in `model` under the name `name`."""

    def __init__(self, model: Path, name: str, folder: Path) -> None:
        self.model, self.name = model, name
        self.address = f"http://127.0.0.1:{_free_port()}/v1"
        self.log = folder / f"vllm-{name}.log"
        port = self.address.rpartition(":")[2].partition("/")[0]
        command = [str(PROGRAM), "serve", str(model), "--served-model-name", name, "--enforce-eager"]
        command += ["--dtype", "float32", "--host", "127.0.0.1", "--port", port, "--max-num-seqs", "32"]
        command += ["--structured-outputs-config", json.dumps(GRAMMAR)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                env=_environment(folder),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )

    def wait(self) -> None:
        deadline = time.monotonic() + SECONDS
        while not self._is_healthy():
            assert self.process.poll() is None, f"vLLM ended.\n{self.tail}"
            assert time.monotonic() < deadline, f"vLLM does not answer.\n{self.tail}"
            time.sleep(0.5)

    @property
    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4_000:]

    def kill(self) -> None:
        """Its group: the engine is a process of its own."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _is_healthy(self) -> bool:
        try:
            with urlopen(self.address.replace("/v1", "/health"), timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


@contextmanager
def vllm_servers(folder: Path, models: dict[str, Path]) -> Iterator[dict[str, VLLMServer]]:
    """One a model, started together."""
    with ExitStack() as stack:
        servers = {name: VLLMServer(model, name, folder) for name, model in models.items()}
        for server in servers.values():
            stack.callback(server.kill)
        for server in servers.values():
            server.wait()
        yield servers


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "OMP_NUM_THREADS": "1",
    }
