"""The corpus: each file is named, nothing sound in it is lost, and memory stays capped, by import and by preview."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.models import Project, Role
from core.uploads.places import place_of
from tests.core.importing.corpus import CORPUS, WHOLE
from tests.core.runs.workers import url_of_database
from tests.factories import MembershipFactory, ProjectFactory, UploadFactory

ROOT = Path(__file__).resolve().parents[3]
ADDRESS_SPACE = 2**30
MORE_MEMORY = 400 * 2**20  # resident, above what the process has before the first file

# One process imports every file, each into a project and a transaction of its own, which is taken back.
IMPORT_ALL = """
import json, os, re, resource, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.db import transaction
from core.errors import PrefereeError
from core.importing.files import import_file
from core.importing.preview import preview
from core.models import Prompt
from core.projects import create_project

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

def forget_peak():
    Path("/proc/self/clear_refs").write_text("5")

settings.HOME = Path(sys.argv[2])
with transaction.atomic():
    create_project("warm")
    transaction.set_rollback(True)
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]), int(sys.argv[3])))
base = peak()
for number, path in enumerate(sorted(Path(sys.argv[1]).iterdir())):
    forget_peak()
    whole, report, first = "", {}, []
    with transaction.atomic():
        project = create_project(f"corpus-{os.getpid()}-{number}")
        try:
            done = import_file(project, str(path), mapping={}, strict=False)
            report, first = done.report, [(one.number, one.reason, one.raw) for one in done.first]
        except PrefereeError as error:
            whole = str(error)
        count = Prompt.objects.filter(project=project).count()
        transaction.set_rollback(True)
    looked = preview(path, path.name)
    said = {"whole": whole, "lines": report.get("lines", 0), "refused": report.get("refused", 0), "first": first}
    seen = {"problem": looked.problem, "seen": looked.seen}
    print(json.dumps({"name": path.name, "count": count, **said, **seen, "more": peak() - base}), flush=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("corpus")
    for name, file in CORPUS.items():
        (place / name).write_bytes(file.write())
    return place


@pytest.fixture(scope="module")
def outcomes(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> dict[str, dict[str, Any]]:
    with django_db_blocker.unblock():
        url = url_of_database()
    home = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, str(folder), str(home), str(ADDRESS_SPACE)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": url,
            "PREFEREE_HOME": str(home),
            "OPENBLAS_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}


def test_there_are_at_least_forty_of_them() -> None:
    assert len(CORPUS) >= 40


@pytest.mark.parametrize("name", CORPUS)
def test_each_is_named_and_nothing_sound_is_lost(outcomes: dict[str, dict[str, Any]], name: str) -> None:
    file, outcome = CORPUS[name], outcomes[name]
    assert outcome["count"] == file.good
    if file.line is None:
        assert (outcome["whole"], outcome["first"], outcome["lines"]) == ("", [], file.good)
    elif file.line == WHOLE:
        assert outcome["whole"].partition(f"{name}: ")[2].startswith(file.reason)
        assert outcome["first"] == []
    else:
        number, reason, raw = outcome["first"][0]
        assert (outcome["whole"], number) == ("", file.line)
        assert reason.startswith(file.reason)
        assert len(raw) <= 2000
        assert outcome["lines"] == file.good + outcome["refused"]


@pytest.mark.parametrize("name", CORPUS)
def test_memory_stays_capped(outcomes: dict[str, dict[str, Any]], name: str) -> None:
    assert outcomes[name]["more"] <= MORE_MEMORY


@pytest.mark.parametrize("name", CORPUS)
def test_a_preview_says_the_same_and_never_breaks(outcomes: dict[str, dict[str, Any]], name: str) -> None:
    file, outcome = CORPUS[name], outcomes[name]
    assert bool(outcome["problem"]) == (file.line == WHOLE)
    if outcome["problem"] and "longer than" not in outcome["problem"]:
        assert outcome["problem"].startswith(file.reason)


@pytest.fixture
def owner(db: None) -> Client:
    client = Client()
    client.force_login(MembershipFactory(project=ProjectFactory(slug="corpus"), role=Role.OWNER).user)
    return client


@pytest.mark.parametrize("name", CORPUS)
def test_the_page_of_each_shows_a_sentence(owner: Client, folder: Path, name: str) -> None:
    size = (folder / name).stat().st_size
    upload = UploadFactory(project=Project.objects.get(slug="corpus"), name=name, size=size, received=size)
    place_of(upload.public).symlink_to(folder / name)
    page = owner.get(f"/p/corpus/import/{upload.public}")
    assert page.status_code == 200
    draft = page.context["draft"]
    assert draft.error or draft.preview.seen
    place_of(upload.public).unlink()
