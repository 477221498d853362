"""A configuration with all that it names, read once: what a worker judges with."""

from dataclasses import dataclass

from core.errors import PrefereeError
from core.models import Project
from synth.judges.configuration import JudgeConfiguration
from synth.judges.criteria import RubricVersion
from synth.judges.rubrics import rubric_named
from synth.judges.templates import Template, template_named
from synth.targets import Target


@dataclass(frozen=True, slots=True)
class Prepared:
    """`rubric` is None where the judge goes by its prompt alone."""

    configuration: JudgeConfiguration
    template: Template
    rubric: RubricVersion | None

    @property
    def named(self) -> JudgeConfiguration:
        """The configuration with the versions of what it leaves to us, for these may change one day."""
        rubric = self.rubric.label if self.rubric else ""
        return self.configuration.model_copy(update={"prompt": self.template.label, "rubric": rubric})


def prepare(project: Project, configuration: JudgeConfiguration) -> Prepared:
    """Raises PrefereeError where a prompt or rubric does not exist, or settings do not go together."""
    check(configuration)
    template = template_named(project, configuration.method, configuration.prompt)
    with_rubric = configuration.rubric or configuration.method == "pointwise"
    rubric = rubric_named(project, configuration.rubric) if with_rubric else None
    shown = {"reference": configuration.reference, "rubric": rubric is not None}
    for name, wanted in shown.items():
        if wanted and name not in template.names:
            raise PrefereeError(f"The judge is to see the {name}, and its prompt {template.label} has no ${name}.")
    return Prepared(configuration, template, rubric)


def check(configuration: JudgeConfiguration) -> None:
    """Raises PrefereeError where settings do not go together."""
    if configuration.soft != "none" and configuration.method != "pairwise":
        raise PrefereeError(f"Probabilities are for pairwise judges, and this one is {configuration.method}.")
    if configuration.soft == "logprobs" and configuration.scale != "verdict":
        raise PrefereeError(
            "A probability from log-probabilities needs the scale “verdict”, for it is read off one letter."
        )
    if configuration.samples > 1 and configuration.temperature == 0:
        raise PrefereeError("At temperature 0 all samples are the same. Set a temperature, or ask for one sample.")


def check_target(configuration: JudgeConfiguration, target: Target) -> None:
    """Raises PrefereeError where the endpoint cannot do what the judge needs."""
    if configuration.soft == "logprobs" and not target.logprobs:
        raise PrefereeError(
            f"{target.name} tells no log-probabilities. Choose another endpoint, or take probabilities from votes."
        )
