"""A judge run whose worker is killed while replies arrive: how often was the server asked, and was all judged?"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.importing.reading import read
from core.importing.service import ingest
from core.models import Judgment, Project, Run, RunState
from core.projects import create_project
from core.runs.starting import start_run
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from synth.models import Endpoint
from tests.core.runs.workers import wait_for, workers
from tests.synth.openai_server import Server, serving

IN_FLIGHT, KILLS = 32, 3
LATENCY = 0.01
LONGEST = 900.0


@dataclass(frozen=True)
class Outcome:
    """`requests` as the server counted them."""

    comparisons: int
    requests: int
    judgments: int
    state: str

    @property
    def most(self) -> int:
        """Both orders of each, and what was on its way when somebody was killed."""
        return 2 * self.comparisons + KILLS * IN_FLIGHT


def project_of(comparisons: int) -> Project:
    project = create_project("killed")
    ingest(project, read(io.BytesIO(b"".join(_lines(comparisons)))), refuse=_refuse)
    return project


def _lines(comparisons: int) -> Iterator[bytes]:
    for number in range(comparisons):
        responses = [{"id": name, "content": f"{name} answers {number}."} for name in ("a", "b")]
        line = {"prompt": f"Number {number}?", "responses": responses, "comparisons": [["a", "b"]]}
        yield json.dumps(line).encode() + b"\n"


def _refuse(refusal: object) -> None:
    raise AssertionError(refusal)


def judged_while_killed(comparisons: int, database_url: str, folder: Path) -> Outcome:
    """One worker judges; at each quarter of the requests it is killed with SIGKILL, and another takes its place."""
    project = project_of(comparisons)
    with serving(Server(latency=LATENCY, answer=lambda body: "Because.\n[[A]]", remembers=False)) as server:
        run = _begun(project, server)
        with workers(database_url, f"filesystem://{folder}/broker", folder, ["one", "beat"]) as there:
            for kill in range(KILLS):
                due = 2 * comparisons * (kill + 1) // (KILLS + 1)
                wait_for(lambda due=due: server.requests >= due, what=there.logs, seconds=LONGEST)  # type: ignore[misc]
                there.kill("one")
                there.start("one")
            wait_for(lambda: _is_over(run), what=there.logs, seconds=LONGEST)
    judgments = Judgment.objects.filter(project=project, status="submitted").count()
    return Outcome(comparisons, server.requests, judgments, run.state)


def _begun(project: Project, server: Server) -> Run:
    endpoint = Endpoint(name="killed", address=server.url, model="tiny", revision="1", external=False)
    endpoint.concurrency = IN_FLIGHT
    endpoint.save()
    create_judge(project, "judge", JudgeConfiguration(endpoint="killed"), by=None)
    return start_run(project, "judge", {"judge": "judge"})


def _is_over(run: Run) -> bool:
    run.refresh_from_db()
    return run.state in (RunState.DONE, RunState.FAILED, RunState.PAUSED)
