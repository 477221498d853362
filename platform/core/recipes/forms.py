"""A recipe as a form: for each stage the settings that its step has, and back from what was typed to the values that
differ from the recipe. Configurations are data: nothing that is typed is evaluated."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from core.recipes.composing import settings_of
from core.recipes.reading import Recipe
from core.recipes.shapes import Shape, Unreadable, shapes_of
from core.runs.steps import AnyStep

SENTENCES = {
    "greater_than_equal": "Write {ge} or more.",
    "greater_than": "Write more than {gt}.",
    "less_than_equal": "Write {le} or less.",
    "less_than": "Write less than {lt}.",
    "multiple_of": "Write a multiple of {multiple_of}.",
    "literal_error": "Choose one of {expected}.",
    "string_too_long": "Write at most {max_length} characters.",
    "string_too_short": "Write at least {min_length} characters.",
    "missing": "This is needed.",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One control: its name in the form is STAGE.KEY, `text` what it holds, `error` what is wrong with it."""

    stage: str
    shape: Shape
    written: Any
    text: str
    error: str = ""

    @property
    def name(self) -> str:
        return f"{self.stage}.{self.shape.name}"

    @property
    def kind(self) -> str:
        return "lines" if self.shape.kind == "text" and "\n" in self.text else self.shape.kind

    @property
    def value(self) -> Any:
        return self.shape.read(self.text)

    @property
    def differs(self) -> bool:
        """From what the recipe says."""
        return self.text != self.shape.shown(self.written) and self.value != self.written


@dataclass(frozen=True, slots=True)
class StageForm:
    """A stage's settings. `withheld` are those that a shell or another page gives, as the recipe has them."""

    name: str
    step: AnyStep
    settings: list[Setting]
    withheld: list[tuple[Shape, Any]]
    error: str = ""

    @property
    def docs(self) -> str:
        return docs_of(self.step)


@dataclass(frozen=True, slots=True)
class RecipeForm:
    """What a page shows of a recipe, and the values that it gives; `error` is about the form as a whole."""

    stages: list[StageForm]
    kept: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def is_valid(self) -> bool:
        wrong = (stage.error or any(setting.error for setting in stage.settings) for stage in self.stages)
        return not self.error and not any(wrong)

    @property
    def values(self) -> dict[str, Any]:
        """What differs from the recipe, by STAGE.KEY, and what a shell has set before; of a valid form."""
        typed = (setting for stage in self.stages for setting in stage.settings if setting.differs)
        return {**self.kept, **{setting.name: setting.value for setting in typed}}


def form_of(
    recipe: Recipe, values: Mapping[str, Any] | None = None, sent: Mapping[str, str] | None = None
) -> RecipeForm:
    """The form of a recipe with `values` on top, filled with what was `sent`, where something was.

    A control that was not sent keeps its value. Raises PrefereeError where the recipe or a value does not fit.
    """
    plain = settings_of(recipe, {})
    stages = [
        _stage(specification.name, step, written, given, sent)
        for (specification, step, written), (_, _, given) in zip(plain, settings_of(recipe, values or {}), strict=True)
    ]
    return RecipeForm(stages, _kept(stages, plain, settings_of(recipe, values or {})), _refusal(stages, sent or {}))


def docs_of(step: AnyStep) -> str:
    """The docstring of the step's own class."""
    return inspect.cleandoc(type(step).__doc__ or "")


def _stage(
    name: str, step: AnyStep, written: Mapping[str, Any], given: Mapping[str, Any], sent: Mapping[str, str] | None
) -> StageForm:
    shapes = shapes_of(step.Config)
    settings = [
        _setting(name, shape, written.get(shape.name, shape.default), given.get(shape.name, shape.default), sent)
        for shape in shapes
        if not shape.is_withheld
    ]
    withheld = [(shape, given.get(shape.name)) for shape in shapes if shape.is_withheld]
    form = StageForm(name, step, settings, withheld)
    readable = not any(setting.error for setting in settings)
    return _checked(form, given) if sent is not None and readable else form


def _setting(stage: str, shape: Shape, written: Any, given: Any, sent: Mapping[str, str] | None) -> Setting:
    setting = Setting(stage, shape, written, shape.shown(given))
    typed = None if sent is None else sent.get(setting.name)
    if typed is None:
        return setting
    setting = replace(setting, text=typed.replace("\r\n", "\n"))
    try:
        shape.read(typed)
    except Unreadable as error:
        return replace(setting, error=str(error))
    return setting


def _checked(form: StageForm, given: Mapping[str, Any]) -> StageForm:
    """The stage with what its configuration says to the values, beside the field it is about."""
    values = {**given, **{setting.shape.name: setting.value for setting in form.settings}}
    try:
        form.step.Config.model_validate(values)
    except ValidationError as error:
        said = {_place(each): _sentence(each) for each in reversed(error.errors())}
        settings = [replace(each, error=said.pop(each.shape.name, "")) for each in form.settings]
        return replace(form, settings=settings, error=" ".join(said.values()))
    return form


def _place(error: ErrorDetails) -> str:
    return str(error["loc"][0]) if error["loc"] else ""


def _sentence(error: ErrorDetails) -> str:
    if error["type"] in SENTENCES:
        return SENTENCES[error["type"]].format(**error.get("ctx", {}))
    said = error["msg"].removeprefix("Value error, ").rstrip(".")
    deeper = ".".join(map(str, error["loc"][1:]))
    return f"{f'{deeper}: ' if deeper else ''}{said[:1].upper()}{said[1:]}."


def _kept(stages: list[StageForm], plain: list[Any], given: list[Any]) -> dict[str, Any]:
    """Values of settings that the form does not show, as they were given."""
    return {
        f"{stage.name}.{name}": value
        for stage, (_, _, written), (_, _, values) in zip(stages, plain, given, strict=True)
        for name, value in values.items()
        if name not in {setting.shape.name for setting in stage.settings} and value != written.get(name)
    }


def _refusal(stages: list[StageForm], sent: Mapping[str, str]) -> str:
    """Whoever writes a form of their own gets no further than ours."""
    known = {setting.name for stage in stages for setting in stage.settings}
    withheld = {f"{stage.name}.{shape.name}": shape for stage in stages for shape, _ in stage.withheld}
    for name in _dotted(sent):
        if name in withheld and withheld[name].page_only:
            return f"{name} is set by the page that imports a file, and not here."
        if name in withheld:
            return f"{name} can be set only from a shell: manage.py run_recipe NAME --set {name}=VALUE."
        if name not in known:
            return f"The recipe has no setting “{name[:100]}”. Reload the page and set what it shows."
    return ""


def _dotted(sent: Mapping[str, str]) -> Iterator[str]:
    return (name for name in sent if "." in name)
