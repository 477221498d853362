"""What the types of the interchange format cannot say about a line."""

from math import isfinite

from core.ids import canonical
from core.importing.interchange import Line, RefusedLine, Response, Score, Text
from core.importing.judged import check_judgment
from core.importing.merging import merged
from core.importing.messages import answer, opening
from core.importing.storable import refuse_unstorable

Responses = dict[str, Response]


def check(line: Line) -> Line:
    """The same line in its one canonical shape. Raises RefusedLine with a sentence that names the place.

    A leading system message moves to `system`, lists of text parts become text, a conversation of one plain turn
    becomes its text, and two responses with the same author and text become one.
    """
    if not isinstance(line.prompt, str):
        refuse_unstorable(line.prompt, "prompt", depth=2)
        line.prompt, line.system = opening(line.prompt, line.system)
    elif not line.prompt or line.prompt.isspace():
        raise RefusedLine("prompt: is empty.")
    line.system = line.system or None
    if line.metadata:
        refuse_unstorable(line.metadata, "metadata", depth=2)
    return _with_responses(line)


def _with_responses(line: Line) -> Line:
    known = _known(line.responses)
    for at, ids in enumerate(line.comparisons):
        _check_comparison(ids, f"comparisons[{at}]", known)
    for at, score in enumerate(line.scores):
        _check_score(score, f"scores[{at}]", known)
    for at, judgment in enumerate(line.judgments):
        check_judgment(judgment, at, known)
    authored = {_identity(response) for response in line.responses}
    if len(authored) == len(line.responses):
        return line
    line = merged(line, _identity)
    _check_edits(line.responses, {response.id: response for response in line.responses})
    return line


def _known(responses: list[Response]) -> Responses:
    known: Responses = {}
    edits = False
    for at, response in enumerate(responses):
        if response.id in known:
            raise RefusedLine(f"responses[{at}].id: {response.id!r} is used twice.")
        if response.model is not None and response.person is not None:
            raise RefusedLine(f"responses[{at}]: names both a model and a person as its author; give one.")
        if not isinstance(response.content, str):
            refuse_unstorable(response.content, f"responses[{at}].content", depth=4)
            response.content = answer(response.content, f"responses[{at}].content")
        if response.metadata:
            refuse_unstorable(response.metadata, f"responses[{at}].metadata", depth=4)
        edits = edits or response.edited_from is not None
        known[response.id] = response
    if edits:
        _check_edits(responses, known)
    return known


def _check_edits(responses: list[Response], known: Responses) -> None:
    for at, response in enumerate(responses):
        seen = {response.id}
        parent = response.edited_from
        while parent is not None:
            if parent not in known:
                raise RefusedLine(f"responses[{at}].edited_from: no response has the id {parent!r}.")
            if parent in seen:
                raise RefusedLine(f"responses[{at}].edited_from: the response is an edit of itself.")
            seen.add(parent)
            parent = known[parent].edited_from


def _check_comparison(ids: list[Text], place: str, known: Responses) -> None:
    for id_ in ids:
        if id_ not in known:
            raise RefusedLine(f"{place}: no response has the id {id_!r}.")
    if len(set(ids)) < len(ids):
        raise RefusedLine(f"{place}: names a response twice.")


def _check_score(score: Score, place: str, known: Responses) -> None:
    if score.response not in known:
        raise RefusedLine(f"{place}.response: no response has the id {score.response!r}.")
    if not isfinite(score.value):
        raise RefusedLine(f"{place}.value: NaN and Infinity are not scores; leave the score out.")
    if score.parts:
        refuse_unstorable(score.parts, f"{place}.parts", depth=4)


def _identity(response: Response) -> tuple[Text | None, Text | None, Text | bytes]:
    content = response.content
    return response.model, response.person, content if type(content) is str else canonical(content).encode()
