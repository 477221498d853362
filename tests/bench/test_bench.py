"""That the benchmarks run to their end. Their figures need the full sizes: `make bench`."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("import_lines.py", ["lines/s", "an empty database", "a project of 3,000 prompts", "import / bare COPY:"]),
        ("tables.py", ["comparisons filled in", "facts:", "page 1,000: rows read", "prompts"]),
        ("engine.py", ["through Celery, 20,000", "the same loop without the engine", "planning of 20,000 inputs:"]),
        ("planning.py", ["plan of compare", "all_pairs", "model_pairs", "All gates hold."]),
        ("kills.py", ["hit a lease", "files", "All gates hold."]),
        ("judging.py", ["a bare aiohttp loop", "judge_items, replies stored", "killed 3 times", "of the client's"]),
        ("work.py", ["a bare page:", "submits/s", "database ms", "All gates hold."]),
        ("team.py", ["2,000 queued, 5 people", "bind safety", "a claim, median", "All gates hold."]),
        ("likelihood.py", ["ours", "bare loop", "whole logits", "prompt / response", "All gates hold."]),
        ("export_rows.py", ["bare COPY rows/s", "1,000", "first labels", "report", "All gates hold."]),
    ],
)
def test_a_benchmark_measures_everything_it_names_and_leaves_no_files(
    script, lines, database_url, tmp_path, monkeypatch
):
    if script == "likelihood.py":
        pytest.importorskip("transformers")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    if template := connection.settings_dict["TEST"].get("TEMPLATE"):
        monkeypatch.setenv("PREFEREE_BENCH_TEMPLATE", template)
    done = subprocess.run([sys.executable, HERE / script, "--quick"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert [line for line in lines if line not in done.stdout] == []
    assert list(tmp_path.iterdir()) == []
