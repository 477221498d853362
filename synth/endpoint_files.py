"""An endpoint from a YAML file: the fields of the form, by their names; what is left out has the form's values."""

from typing import Any

import yaml
from django.db import transaction

from core.errors import PrefereeError
from core.models import User
from synth.endpoints import FIELDS, change_endpoint, create_endpoint
from synth.models import Endpoint
from synth.views.endpoint_form import EndpointForm

KNOWN = ("name", *FIELDS, "projects")


def bring(text: str, where: str, *, by: User | None) -> tuple[Endpoint, bool]:
    """The endpoint, and whether it is new; one of this name becomes what the file says. Raises PrefereeError."""
    form = EndpointForm(_data(text, where))
    if not form.is_valid():
        raise PrefereeError(" ".join(f"{where}: {name}: {said[0]}" for name, said in form.errors.items()))
    name, projects = form.cleaned_data["name"], form.cleaned_data["projects"]
    with transaction.atomic():
        found = Endpoint.objects.filter(name=name).first()
        if found is None:
            return create_endpoint(name, form.said, projects, by=by), True
        change_endpoint(found, form.said, projects, by=by)
        return found, False


def _data(text: str, where: str) -> dict[str, Any]:
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise PrefereeError(f"{where}{line}: This is not YAML.") from error
    if not isinstance(said, dict):
        raise PrefereeError(f"{where} holds no endpoint. Write “name: judge-70b”, “address: http://…/v1” and so on.")
    if unknown := [str(name) for name in said if name not in KNOWN]:
        raise PrefereeError(f"{where}: An endpoint has no “{unknown[0]}”. It has: {', '.join(KNOWN)}.")
    usual = {name: field.initial for name, field in EndpointForm.base_fields.items() if field.initial is not None}
    return usual | {name: value for name, value in said.items() if value is not None}
