"""Endpoints as staff set them up: added, changed, retired, brought back. What does not fit is said by field."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import PrefereeError
from core.given_secrets import KEYS
from core.models import Judge, JudgeKind, Project, User
from core.runs.steps import PermanentError, TransientError
from synth.backends.addresses import looked_up
from synth.models import Endpoint, Kind

# What is said of an endpoint; its name stays, for judges, recipes and runs call it by that.
FIELDS = (
    "kind",
    "address",
    "model",
    "revision",
    "family",
    "tokenizer",
    "external",
    "key_variable",
    "structure",
    "logprobs",
    "context",
    "concurrency",
    "requests_a_minute",
    "tokens_a_minute",
    "price_in",
    "price_out",
    "connect_seconds",
    "reply_seconds",
)
# What people may read in the audit log; the address and the name of the key's variable are staff's.
NOT_TOLD = {"address", "key_variable", "tokenizer"}


class Unfit(PrefereeError):
    """`faults` are sentences by field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = faults
        super().__init__(" ".join(f"{name.replace('_', ' ').capitalize()}: {said}" for name, said in faults.items()))


def create_endpoint(
    name: str, values: Mapping[str, Any], projects: Iterable[Project] = (), *, by: User | None
) -> Endpoint:
    """Raises Unfit."""
    endpoint = Endpoint(name=name, **values)
    _check(endpoint)
    with transaction.atomic():
        endpoint.save()
        endpoint.projects.set(projects)
        told = {"name": name, "kind": endpoint.kind, "model": endpoint.model, "external": endpoint.external}
        audit.record("endpoint.create", project=None, actor=by, target=str(endpoint.public), **told)
    return endpoint


def change_endpoint(
    endpoint: Endpoint, values: Mapping[str, Any], projects: Iterable[Project] | None = None, *, by: User | None
) -> None:
    """What the last test said is forgotten with what it was about. `projects` None leaves them. Raises Unfit."""
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        changed = [name for name in FIELDS if name in values and getattr(locked, name) != values[name]]
        for name in changed:
            setattr(locked, name, values[name])
        _check(locked)
        locked.tested = None if changed else locked.tested
        locked.save()
        opened = None if projects is None else _opened(locked, projects)
        if changed or opened:
            told = {name: str(getattr(locked, name)) for name in changed if name not in NOT_TOLD}
            others = sorted(NOT_TOLD.intersection(changed))
            about = {"name": locked.name, "changed": told, "also": others, "projects": opened}
            audit.record("endpoint.change", project=None, actor=by, target=str(locked.public), **about)
    endpoint.refresh_from_db()


def retire_endpoint(endpoint: Endpoint, *, by: User | None) -> None:
    """No new run and no new judge can use it; what is stored stays. Twice is once."""
    if Endpoint.objects.filter(pk=endpoint.pk, retired=None).update(retired=timezone.now()):
        audit.record("endpoint.retire", project=None, actor=by, target=str(endpoint.public), name=endpoint.name)
    endpoint.refresh_from_db()


def bring_back_endpoint(endpoint: Endpoint, *, by: User | None) -> None:
    if Endpoint.objects.filter(pk=endpoint.pk, retired__isnull=False).update(retired=None):
        audit.record("endpoint.bring_back", project=None, actor=by, target=str(endpoint.public), name=endpoint.name)
    endpoint.refresh_from_db()


def faults_of(endpoint: Endpoint) -> dict[str, str]:
    """What does not fit together or may not be, by field; each value by itself is checked by its field."""
    faults = {}
    if endpoint.kind == Kind.OPENAI and (said := _fault_of(endpoint)):
        faults["address"] = said
    if endpoint.kind == Kind.TRANSFORMERS and not endpoint.model:
        faults["model"] = "Write the folder of the model: a local one is loaded from there."
    if endpoint.kind == Kind.TRANSFORMERS and endpoint.address:
        faults["address"] = "A local model has no address. Leave it empty, or choose a server."
    name = endpoint.key_variable
    if name and not (name.startswith(KEYS) and name.isascii() and name.replace("_", "").isalnum() and name.isupper()):
        faults["key_variable"] = f"Write a name that begins with {KEYS}, in capitals, digits and underscores."
    elif name == KEYS:
        faults["key_variable"] = f"Write something behind {KEYS}, like {KEYS}JUDGE."
    return faults


def _fault_of(endpoint: Endpoint) -> str:
    """Nothing where the host is not known now: it may be there later, and is looked at again when it is asked."""
    try:
        looked_up(endpoint.address, external=endpoint.external)
    except PermanentError as error:
        return str(error)
    except TransientError:
        pass
    return ""


def has_key(endpoint: Endpoint) -> bool:
    """Whether this process has the key; the workers have environments of their own."""
    return bool(endpoint.key_variable and os.environ.get(endpoint.key_variable))


def judges_of(endpoint: Endpoint) -> int:
    """How many judge versions ask it."""
    return Judge.objects.filter(kind=JudgeKind.AI, config__endpoint=endpoint.name).count()


def _check(endpoint: Endpoint) -> None:
    faults = faults_of(endpoint)
    try:
        endpoint.full_clean(exclude=set(faults), validate_constraints=not faults)
    except ValidationError as error:
        for name, said in error.message_dict.items():
            faults.setdefault("" if name == "__all__" else name, said[0])
    if faults:
        raise Unfit(faults)


def _opened(endpoint: Endpoint, projects: Iterable[Project]) -> list[str] | None:
    """The projects that may use it from now on, where that changed; "all" where none is named."""
    wanted = sorted(projects, key=lambda project: project.slug)
    if {project.pk for project in wanted} == set(endpoint.projects.values_list("pk", flat=True)):
        return None
    endpoint.projects.set(wanted)
    return [project.slug for project in wanted] or ["all"]
