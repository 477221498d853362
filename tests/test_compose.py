"""docker-compose.yml: what it says, and that every command in it does what it is there for."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from core.models import Run
from core.projects import create_project
from core.runs.actions import start_run
from tests.core.runs.workers import wait_for

ROOT = Path(__file__).resolve().parents[1]
SECRETS = ("PREFEREE_SECRET_KEY", "PREFEREE_DB_PASSWORD", "PREFEREE_REDIS_PASSWORD")
VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}")
ONE_SHOT = {"migrate"}
OURS = {"migrate", "web", "worker", "beat", "gpu-worker"}


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def filled(**also: str) -> dict[str, str]:
    return {**example(), **dict.fromkeys(SECRETS, "x1y2z3"), **also}


def interpolated(value: Any, values: dict[str, str]) -> Any:
    """As compose does it: ${X:-default}, ${X:?sentence}, $$."""

    def found(match: re.Match[str]) -> str:
        name, kind, text = match.groups()
        if name is None:
            return "$"
        assert values.get(name) or kind == "-", text or f"{name} has no value"
        return values.get(name) or text

    if isinstance(value, dict):
        return {key: interpolated(each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [interpolated(each, values) for each in value]
    return VARIABLE.sub(found, value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def services(raw) -> dict[str, dict[str, Any]]:
    return interpolated(raw, filled())["services"]


def test_it_brings_up_what_many_machines_need(services):
    assert set(services) == OURS | {"postgres", "redis", "vllm"}
    assert {name for name, each in services.items() if each.get("profiles") == ["gpu"]} == {"gpu-worker", "vllm"}
    assert services["vllm"]["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]
    queues = {name: each["command"][each["command"].index("--queues") + 1] for name, each in services.items()
              if "--queues" in each.get("command", [])}  # fmt: skip
    assert queues == {"worker": "cpu", "gpu-worker": "gpu"}


def test_each_that_stays_says_whether_it_is_well_and_is_started_again(services):
    for name in set(services) - ONE_SHOT:
        assert services[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
        assert services[name]["restart"] == "unless-stopped", name


def test_who_needs_the_database_waits_for_it_and_for_its_tables(services):
    for name in OURS - ONE_SHOT:
        awaited = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        assert awaited.items() >= {
            ("postgres", "service_healthy"),
            ("redis", "service_healthy"),
            ("migrate", "service_completed_successfully"),
        }, name


def test_data_outlives_the_containers_and_workers_see_the_files_of_the_web_server(raw, services):
    named = {name: [volume.split(":")[0] for volume in each.get("volumes", [])] for name, each in services.items()}
    assert named["postgres"] == ["postgres"]
    assert all(named[name] == ["home"] for name in OURS)
    assert set(raw["volumes"]) == {volume for volumes in named.values() for volume in volumes}


def test_nothing_is_published_beyond_this_machine_unasked(raw):
    ports = [port for each in interpolated(raw, dict.fromkeys(SECRETS, "x"))["services"].values()
             for port in each.get("ports", [])]  # fmt: skip
    assert sorted(ports) == ["127.0.0.1:5432:5432", "127.0.0.1:6379:6379", "127.0.0.1:8000:8000"]


def test_no_secret_stands_in_it_and_each_is_asked_for_with_a_sentence(raw):
    text = (ROOT / "docker-compose.yml").read_text()
    secret = re.compile(r"(?im)^\s*\w*(?:password|secret|token|auth|key)\w*:\s*(?!\$\{)\S")
    assert not secret.findall(text)
    assert not re.search(r"://[^@\s$]*:[^@\s$]+@", text)
    for name in SECRETS:
        asked = re.findall(rf"\$\{{{name}(.*?)\}}", text)
        assert asked
        assert all(re.fullmatch(rf":\?Set {name} in \.env to .*\.", each) for each in asked), name
        assert example()[name] == ""


def test_every_variable_is_in_the_example_and_nothing_else_is():
    text = (ROOT / "docker-compose.yml").read_text()
    assert {match[1] for match in VARIABLE.finditer(text) if match[1]} == set(example())


def test_git_ignores_the_secrets_and_not_the_example():
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_image_runs_as_nobody_special_and_holds_only_what_is_named():
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (.*)$", text, re.M) == ["preferee"]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {name for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M) for name in line.split()}
    assert copied <= let_in
    assert all((ROOT / name).exists() for name in let_in)


def test_the_image_serves_the_pages_as_the_service_does(services):
    command = re.search(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.M)
    assert command is not None
    assert yaml.safe_load(command[1]) == services["web"]["command"]


@pytest.mark.parametrize("profile", [(), ("--profile", "gpu")], ids=["without gpu", "with gpu"])
def test_compose_itself_accepts_it(tmp_path, profile):
    compose = next((each for each in (["docker", "compose"], ["docker-compose"]) if works(each)), None)
    if compose is None:
        pytest.skip("neither `docker compose` nor `docker-compose` is installed")
    (tmp_path / "env").write_text("".join(f"{name}={value}\n" for name, value in filled().items()))
    done = config(compose, tmp_path / "env", *profile)
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) >= {"postgres", "redis", "migrate", "web", "worker", "beat"}
    refused = config(compose, ROOT / ".env.example", *profile)
    assert refused.returncode != 0
    assert "Set PREFEREE_" in refused.stderr


def works(command: list[str]) -> bool:
    return shutil.which(command[0]) is not None and not subprocess.run([*command, "version"], **QUIET).returncode


def config(compose: list[str], file: Path, *profile: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in example()}
    command = [*compose, "--env-file", str(file), *profile, "config"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}


class Containers:
    """The very commands of the services on this machine: other ports, another folder, real PostgreSQL and Redis."""

    def __init__(self, raw: dict[str, Any], database_url: str, home: Path) -> None:
        self.web, self.redis = free_port(), free_port()
        self.services = interpolated(raw, filled(PREFEREE_LEASE_SECONDS="2", PREFEREE_LOCAL="0"))["services"]
        self.home, self.database_url = home, database_url
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def here(self, word: str) -> str:
        word = word.replace("/data/", f"{self.home}/").replace("127.0.0.1:8000", f"127.0.0.1:{self.web}")
        word = word.replace("redis-cli ", f"redis-cli -p {self.redis} ")
        return word.replace("redis-server - ", f"redis-server - --port {self.redis} --dir {self.home} ")

    def command(self, name: str) -> list[str]:
        words = [self.here(word) for word in self.services[name]["command"]]
        return [str(self.web) if word == "8000" else word for word in words]

    def environment(self, name: str) -> dict[str, str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        said = dict(self.services[name]["environment"])
        if name in OURS:
            said["DATABASE_URL"] = self.database_url
            said["CELERY_BROKER_URL"] = said["CELERY_BROKER_URL"].replace("@redis:6379", f"@127.0.0.1:{self.redis}")
        return {"PATH": path, "HOME": str(self.home), "PREFEREE_HOME": str(self.home), **said,
                "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")])}  # fmt: skip

    def start(self, name: str) -> subprocess.Popen[bytes]:
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.command(name), cwd=ROOT, env=self.environment(name), stdout=log, stderr=log, start_new_session=True
            )
        return self.running[name]

    def is_well(self, name: str) -> bool:
        assert self.running[name].poll() is None, self.log(name).read_text()
        kind, *test = [self.here(word) for word in self.services[name]["healthcheck"]["test"]]
        command = ["sh", "-c", *test] if kind == "CMD-SHELL" else test
        return subprocess.run(command, cwd=ROOT, env=self.environment(name), **QUIET).returncode == 0

    def log(self, name: str) -> Path:
        return self.home.parent / f"{name}.log"


@contextmanager
def containers(raw: dict[str, Any], database_url: str, folder: Path) -> Iterator[Containers]:
    (folder / "data").mkdir()
    there = Containers(raw, database_url, folder / "data")
    try:
        yield there
    finally:
        for process in there.running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def is_over(run: Run) -> bool:
    run.refresh_from_db()
    return run.is_over


def test_the_commands_of_the_services_do_a_run_together(raw, load, database_url, tmp_path):
    if shutil.which("redis-server") is None or find_spec("redis") is None:
        pytest.skip("redis-server or Python's client `redis` is not installed")
    project = create_project("p")
    responses = [{"id": text, "content": text} for text in "abc"]
    load(project, {"prompt": "Which?", "responses": responses})
    with containers(raw, database_url, tmp_path) as there:
        there.start("redis")
        wait_for(lambda: there.is_well("redis"), what="redis")
        assert there.start("migrate").wait(timeout=120) == 0, there.log("migrate").read_text()
        assert any((there.home / "static").iterdir())
        run = start_run(project, "compare", {})
        for name in ("web", "worker", "gpu-worker", "beat"):
            there.start(name)
        for name in ("web", "worker", "gpu-worker", "beat"):
            wait_for(lambda name=name: there.is_well(name), what=f"{name} is not well")
        wait_for(lambda: is_over(run), what=there.log("worker").read_text())
        assert (run.state, project.comparisons.count()) == ("done", 3), run.error
        psutil.Process(there.running["worker"].pid).children()[0].kill()
        load(project, {"prompt": "And which of these?", "responses": responses})
        after_a_death = start_run(project, "compare", {})
        wait_for(lambda: is_over(after_a_death), what=there.log("worker").read_text())
        assert (after_a_death.state, project.comparisons.count()) == ("done", 6), after_a_death.error
        for name in ("web", "worker", "gpu-worker", "beat"):
            there.running[name].terminate()
            assert there.running[name].wait(timeout=60) in {0, -15}, there.log(name).read_text()
