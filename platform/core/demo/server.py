"""Serve the pages on the loopback address until Ctrl-C or SIGTERM."""

import os
import signal
import socket
import subprocess
import sys
from types import FrameType

from core.errors import PrefereeError

HOST = "127.0.0.1"
SECONDS_TO_STOP = 10
# One thread a process: more of them only widen the tail.
WORKERS = ["--workers", "2", "--blocking-threads", "1", "--backpressure", "64"]
OPTIONS = ["--interface", "wsgi", *WORKERS, "--log-level", "warning"]


def check_port(port: int) -> None:
    """Raises PrefereeError where something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PrefereeError(
                f"Port {port} of {HOST} cannot be used: {error.strerror}. Stop what listens there, or choose another "
                "port: make demo PORT=8001."
            ) from error


def serve(port: int) -> int:
    """Returns the server's exit code; 0 where it was asked to stop."""
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", *OPTIONS, "--host", HOST, "--port", str(port), "config.wsgi:application"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        start_new_session=True,  # Ctrl-C reaches this process, which then stops the server in order
    )

    def stop(signum: int, frame: FrameType | None) -> None:
        server.terminate()

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = server.wait()
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait(SECONDS_TO_STOP)
        for each, handler in before.items():
            signal.signal(each, handler)
    return 0 if code in (0, -signal.SIGTERM, 128 + signal.SIGTERM) else code
