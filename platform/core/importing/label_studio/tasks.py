"""One task of Label Studio → one line: its data are the prompt and answers, its annotations and predictions judge."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.importing.interchange import RefusedLine
from core.importing.label_studio import people
from core.importing.label_studio.places import Places, at, metadata_of, places_of
from core.importing.label_studio.results import Said, by_unit

ROUND = "Label Studio"
LONGEST_MS = 2**31 - 1

Row = Mapping[str, Any]
Line = dict[str, Any]


def line_of(task: Row, mapping: Mapping[str, str]) -> Line:
    """The task in the shape of the interchange format. Raises RefusedLine where it cannot be understood."""
    data = task.get("data")
    if not isinstance(data, dict):
        raise RefusedLine("data: expected an object.")
    places = places_of(data, mapping)
    judgments = [*_annotated(task, places, mapping), *_predicted(task, places, mapping)]
    judged = {tuple(judgment["responses"]) for judgment in judgments}
    line = {
        "prompt": places.prompt,
        "metadata": metadata_of(data, places, mapping) | _about(task),
        "tags": _tags(at(data, mapping["tags"])) if "tags" in mapping else [],
        "responses": places.responses,
        "comparisons": [unit for unit in places.units if len(unit) > 1 and tuple(unit) not in judged],
        "judgments": judgments,
    }
    texts = {name: at(data, mapping.get(name, name)) for name in ("system", "reference")}
    return line | {name: text for name, text in texts.items() if text is not None}


def _about(task: Row) -> dict[str, Any]:
    meta = task.get("meta")
    return ({"label_studio_task": task["id"]} if "id" in task else {}) | ({"meta": meta} if meta else {})


def _tags(value: Any) -> Any:
    return [tag for part in value.split(",") if (tag := part.strip())] if isinstance(value, str) else value or []


def _listed(task: Row, name: str) -> list[tuple[str, Any]]:
    """The elements of a list of the task with the place of each, the oldest first."""
    rows = [] if task.get(name) is None else task[name]
    if not isinstance(rows, list):
        raise RefusedLine(f"{name}: expected a list.")
    placed = [(f"{name}[{number}]", row) for number, row in enumerate(rows)]
    if all(isinstance(row, dict) and type(row.get("id")) is int for row in rows):
        placed.sort(key=lambda one: one[1]["id"])
    return placed


def _annotated(task: Row, places: Places, mapping: Mapping[str, str]) -> Iterator[Line]:
    """A person's second answer to a task is a retest. Who skipped and answered after all has not skipped."""
    times: dict[tuple[str, str], int] = {}
    skipped: dict[tuple[str, str], list[Line]] = {}
    for place, row in _listed(task, "annotations"):
        if not isinstance(row, dict):
            raise RefusedLine(f"{place}: an annotation is an object.")
        judge = people.annotator(row.get("completed_by"), mapping, place)
        kind = "gold" if row.get("ground_truth") is True else mapping.get("kind", "human")
        is_skipped = row.get("was_cancelled") is True
        judgments = [
            {**judgment, "judge": judge, "kind": kind, "duration_ms": _milliseconds(row.get("lead_time"), place)}
            | ({"round": ROUND} if kind == "human" else {})
            for judgment in _judgments(row, places, mapping, place, "skipped" if is_skipped else "submitted")
        ]
        if is_skipped:
            skipped.setdefault((kind, judge), judgments)
            continue
        times[kind, judge] = times.get((kind, judge), 0) + 1
        yield from (
            {**judgment, "occasion": "first" if times[kind, judge] == 1 else "retest"} for judgment in judgments
        )
    for who, judgments in skipped.items():
        if who not in times:
            yield from judgments


def _predicted(task: Row, places: Places, mapping: Mapping[str, str]) -> Iterator[Line]:
    copies = _copies(task)
    for place, given in _listed(task, "predictions"):
        row = copies.get(given) if type(given) is int else given
        if row is None:
            continue  # a quick export holds the bare number
        if not isinstance(row, dict):
            raise RefusedLine(f"{place}: a prediction is an object.")
        judge, version = people.model(row.get("model_version"))
        confidence = _confidence(row.get("score"), place)
        yield from (
            {**judgment, "judge": judge, "version": version, "kind": "ai", **confidence}
            for judgment in _judgments(row, places, mapping, place, "submitted")
        )


def _copies(task: Row) -> dict[int, Any]:
    """Predictions as the annotations that began with them quote them."""
    quoted = [row.get("prediction") for _, row in _listed(task, "annotations") if isinstance(row, dict)]
    return {row["id"]: row for row in quoted if isinstance(row, dict) and type(row.get("id")) is int}


def _judgments(row: Row, places: Places, mapping: Mapping[str, str], place: str, status: str) -> Iterator[Line]:
    """One for each unit of which something is said; where nothing is, one for each that says so."""
    results = [] if row.get("result") is None else row["result"]
    if not isinstance(results, list):
        raise RefusedLine(f"{place}.result: expected a list.")
    if not places.responses:
        raise RefusedLine(
            f"{place}: judges, but no answer was found in the task's data. "
            "Say where they are: --map response=KEY, response_1=KEY and response_2=KEY, or items=KEY."
        )
    said = Said(places, mapping)
    for number, result in enumerate(results):
        said.take(result, f"{place}.result[{number}]")
    units = by_unit(said)
    if not units:
        units = {tuple(unit): {} for unit in places.units}
        status = "unreadable" if status == "submitted" else status
    for unit, fields in units.items():
        yield {**fields, "responses": list(unit), "status": status, "created": row.get("created_at")}


def _milliseconds(seconds: Any, place: str) -> int | None:
    """None also where the time is longer than a clock could mean."""
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise RefusedLine(f"{place}.lead_time: expected seconds.")
    return round(seconds * 1000) if 0 <= seconds <= LONGEST_MS / 1000 else None


def _confidence(score: Any, place: str) -> Line:
    """A score beyond 0 to 1 is no confidence, and is left out."""
    if score is None:
        return {}
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise RefusedLine(f"{place}.score: expected a number.")
    return {"confidence": score} if 0 <= score <= 1 else {}
