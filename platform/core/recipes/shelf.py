"""Which recipes there are: those that come with Preferee, those a project has run, and every step by itself."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import yaml
from django.db import transaction
from django.db.models import Max

from core import audit
from core.errors import PrefereeError
from core.models import Project, Recipe, User
from core.recipes.reading import read_recipe
from core.runs.steps import offered_steps, step_named

_packages: list[str] = []


@dataclass(frozen=True, slots=True)
class Text:
    """A recipe as it is written; `where` is how errors call it."""

    name: str
    source: str
    where: str
    builtin: bool = False


def shelve(package: str) -> None:
    """The YAML files of this package are recipes."""
    _packages.append(package)
    _files.cache_clear()


def recipes_of(project: Project) -> dict[str, Text]:
    """By name; a project's own goes before one that comes with Preferee."""
    own = Recipe.objects.filter(project=project, builtin=False).order_by("name", "-version").distinct("name")
    return {
        **{name: step_alone(name) for name in offered_steps()},
        **_files(),
        **{row.name: Text(row.name, row.source, f"{row.name}, version {row.version}") for row in own},
    }


def step_alone(name: str) -> Text:
    """The recipe that is this one step, whatever recipe of the same name a project has."""
    step = {"recipe": name, "summary": step_named(name).summary, "stages": [{"uses": name}]}
    return Text(name, yaml.safe_dump(step, sort_keys=False, width=120), f"the recipe {name}", builtin=True)


def find_recipe(project: Project, name: str) -> Text:
    known = recipes_of(project)
    if name not in known:
        raise PrefereeError(f"There is no recipe “{name}”. The recipes are {', '.join(sorted(known))}.")
    return known[name]


def recipe_file(path: Path) -> Text:
    """The recipe in a file. Raises PrefereeError where it cannot be read."""
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PrefereeError(f"{path} is not text in UTF-8. Save it as UTF-8.") from error
    except OSError as error:
        raise PrefereeError(f"{path} cannot be read: {error.strerror}.") from error
    return Text(read_recipe(source, str(path)).specification.recipe, source, str(path))


@transaction.atomic
def keep(project: Project, text: Text, by: User | None) -> Recipe:
    """The row of this text: the one that has it, or the next version of its name."""
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)
    digest = sha256(text.source.encode()).hexdigest()
    versions = Recipe.objects.filter(project=project, name=text.name)
    found = versions.filter(digest=digest).first()
    if found is None:
        last = versions.aggregate(last=Max("version"))["last"] or 0
        found = versions.create(
            project=project,
            name=text.name,
            version=last + 1,
            source=text.source,
            digest=digest,
            builtin=text.builtin,
            created_by=by,
        )
        if not text.builtin:
            audit.record("recipe.create", project=project, actor=by, target=f"{text.name} {last + 1}", digest=digest)
    return found


@cache
def _files() -> dict[str, Text]:
    found = [file for package in _packages for file in files(package).iterdir() if file.name.endswith(".yaml")]
    texts = [(file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8")) for file in found]
    return {name: Text(name, source, f"the recipe {name}", builtin=True) for name, source in texts}
