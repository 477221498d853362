"""A project of a Label Studio server through its SDK: its configuration, its people, and its tasks page by page."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from core.importing import limits
from core.importing.interchange import RefusedFile
from core.importing.label_studio.configuration import mapping_of
from core.runs.steps import PermanentError, TransientError

TASKS_A_PAGE = 100
KEPT = ("id", "data", "meta", "annotations", "predictions")
INSTALL = "Install it: pip install 'preferee[labelstudio]'"


@dataclass(frozen=True, slots=True)
class Remote:
    """Which project of which server, and the variable that holds the token: its name is said, its value never."""

    address: str
    project: int
    token: str
    variable: str


def download(remote: Remote, into: BinaryIO, reach: Callable[[float], None]) -> dict[str, str]:
    """Write the project's tasks into a file, one a line, and return what its configuration and people say of them.

    Holds one page of tasks. Raises TransientError where another try may help, and PermanentError where none will.
    """
    with _connected(remote) as server:
        project = server.projects.get(remote.project)
        mapping = mapping_of(project.label_config or "<View/>")
        total = project.task_number or 1
        for count, task in enumerate(_tasks(server, remote.project), start=1):
            into.write(_line(task))
            if into.tell() > limits.UNPACKED_BYTES:
                raise PermanentError(f"{remote.address} sends more than {limits.UNPACKED_BYTES // limits.GIB} GiB.")
            if count % TASKS_A_PAGE == 0:
                reach(min(1.0, count / total))
        return mapping | {f"person.{person.id}": person.email for person in _people(server) if person.email}


@contextmanager
def _connected(remote: Remote) -> Iterator[Any]:
    try:
        import httpx
        from label_studio_sdk import LabelStudio
        from label_studio_sdk.core.api_error import ApiError

        from core.importing.label_studio.connection import Elsewhere, TooMuch, client
    except ImportError as error:
        raise PermanentError(f"Reading from a server needs the package label-studio-sdk. {INSTALL}") from error
    try:
        with client(remote.address) as http:
            sdk: Any = LabelStudio
            yield sdk(base_url=remote.address, api_key=remote.token, httpx_client=http, max_retries=0)
    except ApiError as error:
        raise _refusal(remote, error) from None  # its text holds headers
    except (httpx.TransportError, OSError) as error:
        raise TransientError(f"{remote.address} does not answer: {error}.") from error
    except RefusedFile as error:
        raise PermanentError(str(error)) from None
    except Elsewhere:
        raise PermanentError(f"{remote.address} sends us elsewhere. Give the address where it ends up.") from None
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:  # of the SDK, over other JSON
        raise PermanentError(f"{remote.address} does not answer like a Label Studio server.") from error
    except TooMuch:
        raise PermanentError(f"{remote.address} gives answers that are too long or packed. Export a file.") from None


def _refusal(remote: Remote, error: Any) -> Exception:
    status = error.status_code
    if status in (401, 403):
        return PermanentError(f"{remote.address} refuses the token in {remote.variable}. Set a valid access token.")
    if status == 404:
        return PermanentError(f"{remote.address} has no project {remote.project} that this token may see.")
    sentence = f"{remote.address} answers with status {status}."
    if status == 429 or (status or 500) >= 500:
        return TransientError(sentence, retry_after=_seconds((error.headers or {}).get("retry-after")))
    return PermanentError(f"{sentence} Is it a Label Studio server?")


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, str) and value.isdigit() else None


def _tasks(server: Any, project: int) -> Iterator[Any]:
    """In the order of their ids, each page after the last id: what is deleted meanwhile moves nothing."""
    last = 0
    while page := server.tasks.list(project=project, query=_after(last), page=1, page_size=TASKS_A_PAGE).items:
        if page[0].id is None or page[0].id <= last:
            raise PermanentError("The server does not give tasks in order, so they cannot be paged. Export a file.")
        yield from page
        last = page[-1].id


def _after(last: int) -> str:
    beyond = {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": last}
    return json.dumps({"filters": {"conjunction": "and", "items": [beyond]}, "ordering": ["tasks:id"]})


def _people(server: Any) -> Iterator[Any]:
    """Nobody where the token may not see them: then they stay numbers."""
    from label_studio_sdk.core.api_error import ApiError

    try:
        yield from server.users.list()
    except ApiError as error:
        if error.status_code not in (403, 404):
            raise


def _line(task: Any) -> bytes:
    """What only Python can say, like half a character, stays for the reader to refuse."""
    told = task.dict()
    return json.dumps({name: told.get(name) for name in KEPT}, default=datetime.isoformat).encode() + b"\n"
