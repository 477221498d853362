"""From a recipe and the values set beside it, the stages of a run: each a step with a configuration that fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from core.errors import PrefereeError
from core.recipes.reading import Recipe
from core.recipes.specification import StageSpecification
from core.runs.steps import AnyStep, StepConfig, step_named


@dataclass(frozen=True, slots=True)
class ComposedStage:
    """`after` holds the numbers of the stages before it; numbers begin at 1."""

    number: int
    name: str
    step: AnyStep
    config: StepConfig
    after: list[int]
    tolerate: float


@dataclass(frozen=True, slots=True)
class Composed:
    summary: str
    max_cost: Decimal | None
    stages: list[ComposedStage]


def compose(recipe: Recipe, values: Mapping[str, Any]) -> Composed:
    """`values` by STAGE.KEY, or by KEY alone where one stage has such a setting.

    Raises PrefereeError that names the line of the recipe, or the value, that does not fit.
    """
    specification = recipe.specification
    steps = [_step(recipe, at, stage) for at, stage in enumerate(specification.stages)]
    values_of = _by_stage(specification.stages, steps, values)
    numbers = {stage.name: number for number, stage in enumerate(specification.stages, start=1)}
    stages = [
        ComposedStage(
            at + 1,
            stage.name,
            steps[at],
            _config(recipe, at, steps[at], values_of.get(stage.name, {})),
            _after(at, stage, numbers),
            stage.tolerate,
        )
        for at, stage in enumerate(specification.stages)
    ]
    return Composed(specification.summary, specification.max_cost, stages)


def settings_of(recipe: Recipe, values: Mapping[str, Any]) -> list[tuple[StageSpecification, AnyStep, dict[str, Any]]]:
    """Each stage with its step and what is set for it, the values on top; whether that fits is not asked."""
    specifications = recipe.specification.stages
    steps = [_step(recipe, at, stage) for at, stage in enumerate(specifications)]
    set_beside = _by_stage(specifications, steps, values)
    return [
        (stage, step, _merged(stage.values, set_beside.get(stage.name, {})))
        for stage, step in zip(specifications, steps, strict=True)
    ]


def _step(recipe: Recipe, at: int, stage: StageSpecification) -> AnyStep:
    try:
        return step_named(stage.uses)
    except PrefereeError as error:
        raise recipe.wrong(("stages", at, "uses"), str(error)) from error


def _after(at: int, stage: StageSpecification, numbers: Mapping[str, int]) -> list[int]:
    if stage.after is None:
        return [at] if at else []
    return sorted({numbers[name] for name in stage.after})


def _by_stage(
    stages: list[StageSpecification], steps: list[AnyStep], values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    names = {stage.name for stage in stages}
    for name, value in values.items():
        first, _, key = name.partition(".")
        stage = first if key and first in names else _owner(name, stages, steps)
        found.setdefault(stage, {})[key if stage == first and key else name] = value
    return found


def _owner(name: str, stages: list[StageSpecification], steps: list[AnyStep]) -> str:
    field = name.partition(".")[0]
    owners = [stage.name for stage, step in zip(stages, steps, strict=True) if field in step.Config.model_fields]
    if len(owners) == 1 or (len(stages) == 1 and "." not in name):
        return owners[0] if owners else stages[0].name
    if owners:
        choices = " or ".join(f"{owner}.{name}" for owner in owners)
        raise PrefereeError(f"The setting “{name}” belongs to more than one stage. Write {choices}.")
    raise PrefereeError(
        f"No stage has a setting “{name}”. The stages are {', '.join(stage.name for stage in stages)}; "
        "manage.py run_recipe --steps lists the settings of every step."
    )


def _config(recipe: Recipe, at: int, step: AnyStep, values: Mapping[str, Any]) -> StepConfig:
    stage = recipe.specification.stages[at]
    merged = _merged(stage.values, values)
    try:
        return step.Config.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        fields = ", ".join(step.Config.model_fields) or "none"
        sentence = f"{stage.name}: {field}: {first['msg']}. Its settings are: {fields}."
        if any(field == name or field.startswith(f"{name}.") for name in values):
            raise PrefereeError(f"The setting {sentence}") from error
        raise recipe.wrong(("stages", at, "with", *first["loc"]), sentence) from error


def _merged(written: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values win; a name with dots reaches into nested settings."""
    merged = dict(written)
    for name, value in values.items():
        first, _, rest = name.partition(".")
        within = merged.get(first)
        merged[first] = _merged(within if isinstance(within, Mapping) else {}, {rest: value}) if rest else value
    return merged
