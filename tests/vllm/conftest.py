"""Two real servers for all tests here, and projects whose endpoints they are."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import PrefereeError
from core.models import Project, Run, RunState
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from synth.models import Endpoint
from synth.models.endpoint import Structure
from tests.synth.scripted import EndpointFactory
from tests.vllm.tiny_models import make_model
from tests.vllm.vllm_server import VLLMServer, vllm_servers

SPREAD = {"strong": 0.2, "weak": 0.1}


@pytest.fixture(scope="session")
def servers(tmp_path_factory) -> Iterator[dict[str, VLLMServer]]:
    """By the name of their model; each has weights of its own."""
    folder = tmp_path_factory.mktemp("vllm")
    models = {
        name: make_model(folder / name, seed=at, spread=spread) for at, (name, spread) in enumerate(SPREAD.items())
    }
    with vllm_servers(folder, models) as running:
        yield running


@pytest.fixture
def endpoints(servers, db) -> dict[str, Endpoint]:
    """As staff would set them up: the model and its revision are what the server says."""
    return {name: _endpoint(server) for name, server in servers.items()}


def _endpoint(server: VLLMServer) -> Endpoint:
    endpoint: Endpoint = EndpointFactory(
        name=server.name,
        address=server.address,
        model="",
        revision="@latest",
        tokenizer=str(server.model),
        structure=Structure.VLLM,
        logprobs=True,
        price_in=1,
        price_out=2,
    )
    return endpoint


@pytest.fixture
def project(endpoints, load) -> Project:
    project = create_project("p")
    load(project, {"prompt": "Why does a bridge hold?"}, {"prompt": "Who asks?", "system": "Be brief."})
    return project


@pytest.fixture
def run(project) -> Callable[..., Run]:
    """Runs the step to its end; raises its sentence where it does not get there."""

    def through(step: str, where: Project = project, **config: Any) -> Run:
        ended = run_here(start_run(where, step, {f"{step}.{key}": value for key, value in config.items()}))
        if ended.state != RunState.DONE:
            raise PrefereeError(ended.error or ended.stages.get().error)
        return ended

    return through


@pytest.fixture
def folder_of(servers) -> Callable[[str], Path]:
    return lambda name: servers[name].model


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A test that fails shows the ends of the servers' logs."""
    report = yield
    servers = getattr(item, "funcargs", {}).get("servers") or {}
    if report.failed:
        report.sections += [(f"vLLM {name}", server.tail) for name, server in servers.items()]
    return report
