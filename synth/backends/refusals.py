"""What a server's refusal means: another try, a person, or the end of this one request.

No body is ever quoted: it may hold what was sent, or a key. A word that names the kind of error is.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from core.errors import PrefereeError
from core.runs.steps import PermanentError, TransientError
from synth.backends.protocol import Failure

if TYPE_CHECKING:
    from synth.targets import Target

CODE = re.compile(r"[a-z][a-z0-9_.]{2,59}")
SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
LONGEST_RETRY_AFTER = 3_600.0
TOO_LONG = ("context_length_exceeded", "context_window_exceeded", "string_above_max_length")
TOO_LONG_WORDS = ("maximum context length", "maximum model length", "max_model_len", "context length", "too long")
FILTERED = ("content_filter", "content_policy_violation")
TRANSIENT = {408, 409, 425, 429}


class Limited(TransientError):
    """The server had too much of us."""


class Unwell(TransientError):
    """The server, or what is between us, broke or did not answer in time."""


class Slow(Unwell):
    """It did not answer in time; asking again at once would make it slower."""


def refused(target: "Target", status: int, headers: Mapping[str, str], body: Any) -> Failure:
    code = code_in(body)
    named = f" ({code})" if code else ""
    if status == 429:
        if code == "insufficient_quota":
            return PermanentError(f"{target.name} has no credit left{named}. Add some there, or choose another.")
        return Limited(f"{target.name} had too many requests{named}.", retry_after=retry_after(headers))
    if status >= 500 or status in TRANSIENT:
        return Unwell(f"{target.name} answered with status {status}{named}.", retry_after=retry_after(headers))
    return _for_a_person(target, status, body, named)


def _for_a_person(target: "Target", status: int, body: Any, named: str) -> Failure:
    if status in (401, 403):
        key = f"the key in {target.key_variable}" if target.key_variable else "requests without a key"
        return PermanentError(f"{target.name} refuses {key} (status {status}). Set a valid one, and restart workers.")
    if status == 404:
        return PermanentError(
            f"{target.name} knows no model “{target.model}”, or nothing answers at {target.address} (status 404). "
            "Check both on the page Endpoints."
        )
    if 300 <= status < 400:
        return PermanentError(f"{target.name} sends us elsewhere. Give the address where it ends up.")
    if _is_too_long(status, body):
        return PrefereeError(f"The request is too long for {target.name}{named}. Shorten it, or choose another model.")
    if code_in(body) in FILTERED:
        return filtered(target)
    return PrefereeError(f"{target.name} refuses this request with status {status}{named}.")


def filtered(target: "Target") -> PrefereeError:
    return PrefereeError(f"The content filter of {target.name} stopped this request. Use another endpoint for it.")


def _is_too_long(status: int, body: Any) -> bool:
    words = str(_error_of(body).get("message", "")).lower()
    return (
        status == 413 or code_in(body) in TOO_LONG or (status == 400 and any(each in words for each in TOO_LONG_WORDS))
    )


def code_in(body: Any) -> str:
    """The word that names the kind of error; empty where it is none."""
    error = _error_of(body)
    for field in ("code", "type"):
        value = error.get(field)
        if isinstance(value, str) and CODE.fullmatch(value):
            return value
    return ""


def _error_of(body: Any) -> Mapping[str, Any]:
    inner = body.get("error", body) if isinstance(body, Mapping) else {}
    return inner if isinstance(inner, Mapping) else {}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from a number or a date of HTTP; None where neither is there."""
    said = headers.get("retry-after", "").strip()
    if SECONDS.fullmatch(said):
        return min(float(said), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    left = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(left, 0.0), LONGEST_RETRY_AFTER)
