"""Responses of one line that are the same text by the same author are one response."""

from collections.abc import Callable, Hashable

from core.importing.interchange import Judgment, Line, RefusedLine, Response


def merged(line: Line, identity: Callable[[Response], Hashable]) -> Line:
    """The line with each such response kept once, where it first stands, and its other ids renamed to that one.

    `line` has passed its other checks. Raises RefusedLine where a judgment or comparison would set it against itself.
    """
    first: dict[Hashable, Response] = {}
    names: dict[str, str] = {}
    for response in line.responses:
        kept = first.setdefault(identity(response), response)
        names[response.id] = kept.id
        kept.metadata = {**response.metadata, **kept.metadata}
    line.responses = list(first.values())
    for response in line.responses:
        response.edited_from = _renamed_parent(response, names)
    for at, ids in enumerate(line.comparisons):
        line.comparisons[at] = _renamed(ids, names, f"comparisons[{at}]")
    for score in line.scores:
        score.response = names[score.response]
    for at, judgment in enumerate(line.judgments):
        _rename_in(judgment, names, f"judgments[{at}].responses")
    return line


def _renamed_parent(response: Response, names: dict[str, str]) -> str | None:
    parent = names[response.edited_from] if response.edited_from is not None else None
    return None if parent == response.id else parent


def _renamed(ids: list[str], names: dict[str, str], place: str) -> list[str]:
    renamed = [names[id_] for id_ in ids]
    if len(set(renamed)) < len(renamed):
        raise RefusedLine(f"{place}: compares a response with itself; two of the ids are one text by one author.")
    return renamed


def _rename_in(judgment: Judgment, names: dict[str, str], place: str) -> None:
    judgment.responses = _renamed(judgment.responses, names, place)
    if judgment.order is not None:
        judgment.order = [names[id_] for id_ in judgment.order]
    if judgment.ranking is not None:
        judgment.ranking = [[names[id_] for id_ in tier] for tier in judgment.ranking]
    judgment.ratings = {names[id_]: values for id_, values in judgment.ratings.items()}
    for span in judgment.spans:
        span.response = names[span.response]
