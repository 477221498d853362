"""A model judge as a YAML file: its name, and its configuration field by field."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from core.errors import PrefereeError
from synth.judges.configuration import JudgeConfiguration


def judge_file(path: Path) -> tuple[str, JudgeConfiguration]:
    """The name and configuration in the file. Raises PrefereeError, which says what does not fit."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PrefereeError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise PrefereeError(f"{path} is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(values, dict) or not isinstance(values.get("name"), str):
        raise PrefereeError(f"{path} does not say “name: NAME”. Write the judge's name and its settings.")
    name = values.pop("name")
    return name, configured(values, str(path))


def configured(values: dict[str, object], where: str) -> JudgeConfiguration:
    """The configuration from plain values. Raises PrefereeError, which names the field that does not fit."""
    try:
        return JudgeConfiguration.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        known = ", ".join(JudgeConfiguration.model_fields)
        raise PrefereeError(f"{where}: {field}: {first['msg']}. The settings of a judge are: {known}.") from error
