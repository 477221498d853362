"""People at work: submit with the next comparison in its answer, over real HTTP, on short and long queues.

The server runs as `serve` runs it, in processes of its own; the load generator in another one. The database has seen
work before: while its tables are empty, PostgreSQL plans for empty tables. Beside it, in the same run, a bare page: it
asks the database one thing and answers a word. The ratio to that says what our code costs, whatever the machine has to
do besides. The last two columns are for the way of a page with scripts: the next comparison is fetched by a request of
its own, and a submit is answered without one.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.request import urlopen

from measures import gate, print_load, print_table
from stand import ROOT, database

BEFORE, PEOPLE = 20_000, 20
SIZES, CLIENTS, SECONDS = (1_000, 100_000, 1_000_000), (1, 8, 32), 8.0
LEAST_RATE, MOST_P95, MOST_GROWTH = 160.0, 0.250, 1.5
PROMPTS, RESPONSES = 1_000, 46
HEAD = ["open", "clients", "submits/s", "p50 ms", "p95 ms", "of bare", "server ms", "database ms", "ahead/s", "its p95"]

# Few prompts with many responses each, so that a million pairs need no million texts.
ROWS = """
INSERT INTO core_prompt (public, project_id, key, messages, contexts, metadata, tags, created)
SELECT gen_random_uuid(), %(project)s, decode(md5('prompt ' || n), 'hex'),
       jsonb_build_array(jsonb_build_object('role', 'user', 'content', 'Question ' || n || '? ' || %(text)s)),
       '[]', '{}', '{}', now()
  FROM generate_series(1, %(prompts)s) n;

INSERT INTO core_response (public, project_id, prompt_id, content, author_kind, author, content_key, key, metadata,
                           parameters, finish_reason, created)
SELECT gen_random_uuid(), p.project_id, p.id, 'Answer ' || n || ' to ' || p.id || '. ' || %(text)s, 'model', 'm' || n,
       decode(md5('content ' || p.id || ' ' || n), 'hex'), decode(md5('response ' || p.id || ' ' || n), 'hex'), '{}',
       '{}', '', now()
  FROM core_prompt p CROSS JOIN generate_series(1, %(responses)s) n WHERE p.project_id = %(project)s;

CREATE TEMP TABLE pair ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('core_comparison', 'id')) AS id, a.prompt_id, a.id AS first, b.id AS second
  FROM core_response a JOIN core_response b ON b.prompt_id = a.prompt_id AND b.id > a.id
 WHERE a.project_id = %(project)s LIMIT %(count)s;

INSERT INTO core_comparison (id, public, project_id, prompt_id, key, k, votes_wanted, priority, created)
SELECT id, gen_random_uuid(), %(project)s, prompt_id, decode(md5('comparison ' || id), 'hex'), 2, 10, 0, now()
  FROM pair;

INSERT INTO core_candidate (comparison_id, prompt_id, response_id, slot)
SELECT id, prompt_id, first, 0 FROM pair UNION ALL SELECT id, prompt_id, second, 1 FROM pair;

INSERT INTO annotate_queueitem (comparison_id, project_id, wanted, held, priority, tie)
SELECT id, %(project)s, 10, 0, 0, 0 FROM pair
"""
# Each comparison of a project judged by one of its people, as if they had shared them a while ago.
ANSWERED = """
INSERT INTO core_judgment (project_id, comparison_id, k, judge_id, person_id, round_id, occasion, sample, "order",
                           order_no, ranks, partial, strength, both_bad, answers, ratings, spans, rationale, status,
                           touched, live, client_id, created)
SELECT c.project_id, c.id, 2, g.id, g.person_id, %(round)s, 'first', 1, '{0,1}', 0, '{1,2}', false, 2, false, '{}',
       '{}', '[]', '', 'submitted', true, true, gen_random_uuid(), now() - interval '2 days'
  FROM core_comparison c JOIN core_judge g ON g.id = (%(judges)s::bigint[])[1 + c.id %% %(people)s]
 WHERE c.project_id = %(project)s;

INSERT INTO annotate_assignment (project_id, comparison_id, person_id, round_id, state, "order", shown)
SELECT project_id, comparison_id, person_id, round_id, 'done', "order", created
  FROM core_judgment WHERE project_id = %(project)s
"""
TEXT = "It depends on what is **meant** by it, so let us look more closely:\n\n- one thing\n- another\n\n`code`\n\n" * 6


def work_of_before(count: int) -> None:
    """A project in which that much has been answered."""
    from django.db import connection

    from core.judges import judges_of
    from core.labels.service import refresh_project
    from core.models import Project, User

    fill("before", count, PEOPLE)
    project = Project.objects.get(slug="before")
    judges = [judge.pk for judge in judges_of(list(User.objects.all()), project).values()]
    named = {"project": project.pk, "round": project.current_round.pk, "judges": judges, "people": PEOPLE}
    with connection.cursor() as cursor:
        for statement in ANSWERED.split(";\n"):
            cursor.execute(statement, named)
    refresh_project(project)


def fill(name: str, count: int, people: int) -> tuple[str, list[str]]:
    """A project with that many open comparisons; the page of work, and the sessions of its annotators."""
    from django.db import connection, transaction

    from core.models import Membership, Role, User
    from core.projects import create_project

    project = create_project(name)
    users = User.objects.bulk_create(User(email=f"{name}{n}@example.org", name=f"Person {n}") for n in range(people))
    Membership.objects.bulk_create(Membership(project=project, user=user, role=Role.ANNOTATOR) for user in users)
    prompts = max(2, min(PROMPTS, count // 500))
    named: dict[str, Any] = {
        "project": project.pk,
        "count": count,
        "prompts": prompts,
        "responses": RESPONSES,
        "text": TEXT,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in ROWS.split(";\n"):
            cursor.execute(statement, named)
    keep_renderings(project)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # or the server does it while the clock runs
    return f"/p/{name}/work", [session_of(user) for user in users]


def keep_renderings(project: Any) -> None:
    """As if each text had been fetched ahead for somebody already: a submit renders none.

    The texts differ in a few words of their beginning, so one is rendered for all.
    """
    from core.bulk import copy_rows
    from core.models import Prompt, Response
    from core.rendering import VERSION, html_of
    from core.renderings import _key

    shape = html_of(f"BEGINNING {TEXT}")
    texts = [prompt.messages[0]["content"] for prompt in Prompt.objects.filter(project=project)]
    texts += Response.objects.filter(project=project).values_list("content", flat=True)
    rows = (
        (project.pk, _key(text, True), VERSION, shape.replace("BEGINNING", text.removesuffix(TEXT).strip()), [])
        for text in texts
    )
    copy_rows("core_rendering (project_id, key, version, html, images)", rows)


def session_of(user: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from core.sessions import SessionStore
    from core.views.access import BACKEND

    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@contextmanager
def served(folder: Path, workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The web server alone, as `serve` starts it, on a free port."""
    from django.core.management import call_command

    from core.serving.programs import environment, web
    from tests.core.runs.workers import url_of_database

    call_command("collectstatic", verbosity=0, interactive=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = environment(folder / "home", f"filesystem://localhost{folder}/broker")
    told |= {"DATABASE_URL": url_of_database(), "PREFEREE_LOCAL": "1", "PREFEREE_DEBUG": "0"}
    process = subprocess.Popen(web("127.0.0.1", port, workers).command, env=told, cwd=ROOT, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urlopen(f"{url}/healthz", timeout=30).read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def clicked(**asked: Any) -> dict[str, Any]:
    generator = Path(__file__).with_name("clicking.py")
    asked = {"bare": 0, "ahead": False, **asked}
    done = subprocess.run([sys.executable, generator], input=json.dumps(asked), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def used_by(processes: list[int]) -> float:
    """Seconds of processor that these have used; one that has ended counts nothing."""
    return sum(_used(number) for number in processes)


def _used(number: int) -> float:
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def below(parent: int) -> list[int]:
    """The processes that it started, itself included."""
    found = Path(f"/proc/{parent}/task/{parent}/children")
    return [parent, *(one for child in found.read_text().split() for one in below(int(child)))]


def backends() -> list[int]:
    from core.bulk import fetch

    others = "datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    rows = fetch(f"SELECT pid FROM pg_stat_activity WHERE {others}", [])
    return [pid for (pid,) in rows]


def measure(sizes: list[int], clients: tuple[int, ...], seconds: float, workers: int, folder: Path) -> Any:
    rows, p95, rates = [], {}, {}
    work_of_before(sizes[0] if seconds < SECONDS else BEFORE)
    with served(folder, workers) as (url, process):
        bare = {n: rate_of(clicked(url=url, seconds=seconds / 2, bare=n)) for n in clients}
        for size in sizes:
            work, sessions = fill(f"open{size}", size, sum(clients))
            for at, n in enumerate(clients):
                mine = sessions[sum(clients[:at]) :][:n]
                clicked(url=url, work=work, sessions=mine, seconds=1.0)
                server, store = used_by(below(process.pid)), used_by(backends())
                found = clicked(url=url, work=work, sessions=mine, seconds=seconds)
                server, store = used_by(below(process.pid)) - server, used_by(backends()) - store
                ahead = clicked(url=url, work=work, sessions=mine, seconds=seconds / 2, ahead=True)
                took, each = found["took"], 1000 / max(1, len(found["took"]))
                rates[size, n], p95[size, n] = rate_of(found), quantiles(took, n=20)[-1]
                rows.append(
                    [
                        f"{size:,}",
                        str(n),
                        f"{rates[size, n]:.0f}",
                        f"{1000 * quantiles(took, n=2)[0]:.0f}",
                        f"{1000 * p95[size, n]:.0f}",
                        f"{rates[size, n] / bare[n]:.2f}",
                        f"{server * each:.1f}",
                        f"{store * each:.1f}",
                        f"{rate_of(ahead):.0f}",
                        f"{1000 * quantiles(ahead['took'], n=20)[-1]:.0f}",
                    ]
                )
    return rows, bare, rates, p95


def rate_of(found: dict[str, Any]) -> float:
    return len(found["took"]) / found["seconds"]


def missed(sizes: list[int], rates: dict[tuple[int, int], float], p95: dict[tuple[int, int], float]) -> list[str]:
    most, failures = max(n for _, n in rates), []
    if 100_000 in sizes and rates[100_000, most] < LEAST_RATE:
        failures.append(f"{rates[100_000, most]:.0f} submits/s with {most} clients, wanted {LEAST_RATE:.0f}")
    if 100_000 in sizes and p95[100_000, most] > MOST_P95:
        failures.append(f"p95 {1000 * p95[100_000, most]:.0f} ms with {most} clients, wanted {1000 * MOST_P95:.0f}")
    for n in sorted({n for _, n in p95 if n > 1}):
        growth = p95[sizes[-1], n] / p95[sizes[0], n]
        if growth > MOST_GROWTH:
            failures.append(f"p95 with {n} clients grows {growth:.2f} times from {sizes[0]:,} to {sizes[-1]:,} open")
    return failures


def main() -> int:
    from core.serving.programs import PROCESSES

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run without gates")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="open comparisons, ascending")
    parser.add_argument("--workers", type=int, default=PROCESSES, help="processes of the web server")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each figure is measured")
    chosen = parser.parse_args()
    sizes = [300] if chosen.quick else list(chosen.sizes)
    clients, seconds = ((1, 2), 1.0) if chosen.quick else (CLIENTS, chosen.seconds)
    with database() as folder:
        print_load("before")
        rows, bare, rates, p95 = measure(sizes, clients, seconds, chosen.workers, folder)
        print("a bare page: " + ", ".join(f"{rate:.0f}/s with {n} clients" for n, rate in bare.items()))
        print_table(HEAD, rows)
        print_load("after")
    return gate([] if chosen.quick else missed(sizes, rates, p95))


if __name__ == "__main__":
    sys.exit(main())
