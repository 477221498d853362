"""Which scorer is meant by a name. The room whose scorers have versions says so; core does not know that room."""

from collections.abc import Callable

from core.bulk import fetch
from core.errors import PrefereeError
from core.models import Project, Score

MOST_NAMED = 20
KNOWN = """
SELECT DISTINCT s.scorer FROM core_score s JOIN core_response r ON r.id = s.response_id
 WHERE r.project_id = %s ORDER BY 1 LIMIT %s
"""
# The newest version of that name, or nothing where the name has none.
Source = Callable[[Project, str], str]
_sources: list[Source] = []


def register(source: Source) -> None:
    _sources[:] = [source]


def scorer_named(project: Project, name: str) -> str:
    """The scorer as its scores say it: of a NAME without a version, the newest version.

    Raises PrefereeError, which names those that there are.
    """
    newest = _sources[0](project, name) if _sources else ""
    if newest:
        return newest
    if Score.objects.filter(response__project=project, scorer=name).exists():
        return name
    raise PrefereeError(
        f"No response in {project.name} has a score by “{name}”. Scorers here: "
        f"{', '.join(scorers_in(project)) or 'none yet'}. Run a scorer first, or import scores."
    )


def scorers_in(project: Project) -> list[str]:
    """Those that have scored some response, the first ones by name."""
    return [scorer for (scorer,) in fetch(KNOWN, [project.pk, MOST_NAMED])]
