"""For whom a judge prompt is shown: a judge of the project, or an endpoint with the settings that nobody changed."""

from core.errors import PrefereeError
from core.models import Project
from synth.judges.choices import Choice, endpoints_for
from synth.judges.configuration import JudgeConfiguration, Method
from synth.judges.registry import configuration_of, model_judges, pinned_target
from synth.models import Endpoint
from synth.public_ids import public_in
from synth.targets import Target, endpoint_named, pin_target, target_of

MOST = 50
JUDGE, ENDPOINT = "judge", "endpoint"


def stand_ins(project: Project, method: str) -> list[Choice]:
    """Judges of this method, the newest version of each, then endpoints."""
    made = model_judges(project).filter(config__method=method, withdrawn=None).distinct("name")
    judges = [(f"{JUDGE}:{each.public}", f"{each.name}, version {each.version}") for each in made[:MOST]]
    return [*judges, *((f"{ENDPOINT}:{name}", f"Plain, at {label}") for name, label in endpoints_for(project))]


def stand_in(project: Project, method: Method, chosen: str) -> tuple[JudgeConfiguration, Target, bool]:
    """The configuration, the target as far as it is known without asking it, and whether there is one at all.

    Raises PrefereeError where it is no longer there.
    """
    kind, _, name = chosen.partition(":")
    if kind == JUDGE:
        judge = model_judges(project).filter(public=public_in(name), config__method=method).first()
        if judge is None:
            raise PrefereeError("The judge that was chosen is not there any more. Choose another.")
        configuration = configuration_of(judge)
        target = pinned_target(judge) or target_of(endpoint_named(project, configuration.endpoint))
        return configuration, target, True
    if kind == ENDPOINT:
        target = target_of(endpoint_named(project, name))
        return _plain(method, target.name), target, True
    nobody = Endpoint(name="nobody")
    return _plain(method, nobody.name), target_of(nobody), False


def to_ask(project: Project, chosen: str, target: Target) -> Target:
    """The target with the model that it has now; that of a judge that has judged stays as it was."""
    return target if chosen.startswith(JUDGE) and target.revision != "@latest" else pin_target(project, target.name)


def _plain(method: Method, endpoint: str) -> JudgeConfiguration:
    return JudgeConfiguration.model_validate({"method": method, "endpoint": endpoint})
