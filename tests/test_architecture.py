"""Arrows point at core, arithmetic knows no Django, `platform` shadows nothing, and no file betrays a machine."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = {name: ROOT / folder for name, folder in {
    "config": "platform/config", "core": "platform/core", "annotate": "annotate", "synth": "synth",
}.items()}  # fmt: skip
SUFFIXES = {".py", ".html", ".txt", ".md", ".css", ".js", ".toml", ".yml", ".yaml", ".json", ".cfg", ".ini", ""}
ELSEWHERE = {"var", "node_modules", "__pycache__", "dist", "build"}


def imports(path: Path) -> Iterator[str]:
    """Every module that the file imports, wherever in it, those for type checking only included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively; name the package."
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_by(room: str) -> dict[str, set[str]]:
    """The first parts of what a room imports, each with the files that do."""
    found: dict[str, set[str]] = {}
    for path in CODE[room].rglob("*.py"):
        for name in imports(path):
            found.setdefault(name.partition(".")[0], set()).add(str(path.relative_to(ROOT)))
    return found


@cache
def files() -> list[Path]:
    """Everything of ours that is text."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(each for each in folders if each == ".ci" or (each[0] != "." and each not in ELSEWHERE))
        found += [Path(folder) / name for name in names if Path(name).suffix in SUFFIXES]
    return found


@pytest.mark.parametrize(
    ("room", "others"),
    [
        ("core", {"annotate", "synth"}),
        ("annotate", {"synth"}),
        ("synth", {"annotate"}),
        ("config", {"annotate", "synth"}),
    ],
)
def test_arrows_point_at_core(room, others):
    found = imported_by(room)
    assert "core" in found, "the test looks at the wrong files"
    assert {name: found[name] for name in others & found.keys()} == {}


PLAIN = [
    *(path for path in (CODE["core"] / "labels").glob("*.py") if path.name not in ("service.py", "together.py")),
    *(CODE["core"] / "importing" / "layouts").glob("*.py"),
    *(
        CODE["core"] / "importing" / "label_studio" / name
        for name in ("configuration.py", "people.py", "places.py", "results.py", "targets.py", "tasks.py")
    ),
    *(
        CODE["core"] / "importing" / name
        for name in ("rows.py", "reading.py", "check.py", "judged.py", "interchange.py", "elements.py")
    ),
    *(path for path in (CODE["core"] / "charts").glob("*.py") if path.name != "service.py"),
    CODE["core"] / "comparing" / "policies.py",
    CODE["core"] / "differences.py",
    CODE["core"] / "reports" / "forecast.py",
    CODE["core"] / "exports" / "splitting.py",
    CODE["core"] / "runs" / "pace.py",
    CODE["core"] / "formulas.py",
    CODE["core"] / "ids.py",
    CODE["core"] / "images" / "placing.py",
    CODE["core"] / "sanitising.py",
    CODE["annotate"] / "reading" / "differences.py",
    CODE["core"] / "orders.py",
    *(
        CODE["synth"] / "judges" / name
        for name in (
            "bleu.py",
            "criteria.py",
            "deriving.py",
            "fencing.py",
            "parsing.py",
            "prompt_files.py",
            "ranks.py",
            "sayings.py",
            "schemas.py",
            "style.py",
            "substitution.py",
            "verdicts.py",
        )
    ),
    CODE["synth"] / "backends" / "local" / "batches.py",
    CODE["synth"] / "generate" / "picking.py",
    CODE["synth"] / "generate" / "texts.py",
]


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: str(path.relative_to(ROOT)))
def test_arithmetic_knows_no_django(path):
    assert not {name for name in imports(path) if re.match(r"django\b|core\.(models|bulk)\b", name)}


def test_what_is_plain_can_be_used_without_django():
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts).removeprefix("platform.") for path in PLAIN]
    names = ", ".join(module.removesuffix(".__init__") for module in modules)
    code = f"import sys, {names}; sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=on_the_path(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or "Django was imported on the way."


def on_the_path() -> dict[str, str]:
    return {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", "PYTHONDONTWRITEBYTECODE": "1"}


def test_no_process_pays_for_heavy_packages_when_it_starts(tmp_path):
    heavy = {
        "aiohttp",
        "httpx",
        "httpx2",
        "krippendorff",
        "label_studio_sdk",
        "matplotlib",
        "openai",
        "pandas",
        "pyarrow",
        "sacrebleu",
        "scipy",
        "sklearn",
        "torch",
        "transformers",
    }
    code = f"import django; django.setup(); import sys, config.urls, core.tasks; print(*{heavy} & set(sys.modules))"
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "PREFEREE_HOME": str(tmp_path)}
    environment = {**on_the_path(), **settings}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_platform_is_a_folder_and_holds_no_module():
    assert list((ROOT / "platform").glob("*.py")) == []
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_the_module_platform_is_the_standard_librarys():
    code = "import platform, uuid, core, config; print(platform.__file__, platform.python_version())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=on_the_path(), cwd=ROOT, capture_output=True, text=True, check=True
    )
    file, version = done.stdout.split()
    assert ROOT not in Path(file).parents or ".venv" in file
    assert version.startswith(f"{sys.version_info.major}.{sys.version_info.minor}.")


def test_the_tests_are_no_package():
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("name", ["datasets", "evaluate", "llm", "platform"])
def test_no_package_of_ours_takes_the_name_of_another(name):
    assert not (ROOT / name / "__init__.py").exists()
    assert not (ROOT / "platform" / name).exists()


MACHINE = re.compile(r"(?<![\w.<>*…])/(?:work/|root\b|home/\w|tmp/\w|Users/\w|mnt/\w)")
REGISTRY = re.compile(
    r"index-url|extra-index|trusted-host|/simple/?[\"'\s]|\.artifacts?\.|artifactory|devpi|nexus\.", re.I
)
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:ghp_|sk-|xox[bp]-|AKIA)[-A-Za-z0-9]{16,}")


@pytest.mark.parametrize(
    ("what", "pattern"),
    [("a path of a machine", MACHINE), ("a package registry", REGISTRY), ("a secret", SECRET)],
    ids=["machine", "registry", "secret"],
)
def test_no_file_names(what, pattern):
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found, f"{what} stands in {found}"


def test_the_patterns_find_what_they_look_for():
    assert all(MACHINE.search(text) for text in (f"cd /{'work'}/main", '"/root/x"', "=/home/ann/p", "(/tmp/abc)"))
    assert not any(
        MACHINE.search(text) for text in ("p/<slug:slug>/work", "/p/essays/work/", "https://a.example/root-cause")
    )
    assert REGISTRY.search("--index-url https://x") is not None
    assert SECRET.search("key = sk-" + "a" * 40) is not None


LOADS = re.compile(
    r"<(?:script|link|img|iframe|source|audio|video|object|embed|use)\b[^>]*?\b(?:src|href|data|srcset)\s*=\s*[\"']?\s*(?:https?:)?//",
    re.I,
)
STYLE_LOADS = re.compile(r"(?:url\(|@import)\s*[\"']?\s*(?:https?:)?//", re.I)
SCRIPT_LOADS = re.compile(
    r"(?:fetch|import|importScripts|EventSource|WebSocket)\s*\(\s*[\"'`](?:https?:|wss?:)?//", re.I
)


@pytest.mark.parametrize(
    ("suffix", "pattern"),
    [(".html", LOADS), (".html", STYLE_LOADS), (".css", STYLE_LOADS), (".js", SCRIPT_LOADS)],
    ids=["tags", "styles in pages", "styles", "scripts"],
)
def test_nothing_loads_from_another_host(suffix, pattern):
    pages = [path for path in files() if path.suffix == suffix and "tests" not in path.relative_to(ROOT).parts]
    assert pages, "the test looks at the wrong files"
    assert [str(path) for path in pages if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_templates_hold_no_script_and_no_style_that_the_policy_forbids():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\son[a-z]+\s*=\s*[\"']|\sstyle\s*=\s*[\"']|javascript:", re.I
    )
    pages = [path for path in files() if path.suffix == ".html"]
    assert [str(path.relative_to(ROOT)) for path in pages if inline.search(path.read_text(encoding="utf-8"))] == []
