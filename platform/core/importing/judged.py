"""What the types cannot say about one judgment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite

from core.importing.interchange import Judgment, RefusedLine, Response, Span
from core.importing.storable import refuse_unstorable

PAIR = 2


def check_judgment(judgment: Judgment, at: int, known: Mapping[str, Response]) -> None:
    """Raise RefusedLine, naming the place in `judgments[at]`, where the judgment contradicts the line or itself."""
    ids = judgment.responses
    for id_ in ids:
        if id_ not in known:
            raise _refused(at, "responses", f"no response has the id {id_!r}")
    if len(ids) > 1 and len(set(ids)) < len(ids):
        raise _refused(at, "responses", "names a response twice")
    if judgment.order is not None and judgment.order != ids and sorted(judgment.order) != sorted(ids):
        raise _refused(at, "order", "must hold exactly the ids of `responses`, each once")
    if judgment.ranking is not None:
        _check_ranking(judgment, judgment.ranking, at)
    if judgment.preference is not None:
        _check_preference(judgment, judgment.preference, at)
    if judgment.both_bad and judgment.status == "unreadable":
        raise _refused(at, "both_bad", "an unreadable judgment says nothing")
    if judgment.probability is not None and len(ids) != PAIR:
        raise _refused(at, "probability", "is that the first beats the second, so it needs two responses")
    if judgment.created is not None:
        _check_time(judgment.created, at)
    _check_details(judgment, at, known)


def _refused(at: int, field: str, problem: str) -> RefusedLine:
    return RefusedLine(f"judgments[{at}].{field}: {problem}.")


def _check_preference(judgment: Judgment, preference: int, at: int) -> None:
    if len(judgment.responses) != PAIR:
        raise _refused(at, "preference", "is between two responses; for more, give a ranking")
    if judgment.scale is not None and abs(preference) > judgment.scale:
        raise _refused(at, "preference", f"{preference} is beyond the scale of {judgment.scale}")
    if preference and judgment.both_bad:
        raise _refused(at, "both_bad", "two bad responses have no winner; the preference must be 0")
    if judgment.status == "unreadable":
        raise _refused(at, "preference", "an unreadable judgment has none")
    if judgment.ranking is not None and _sign(preference) != _winner(judgment.responses, judgment.ranking):
        raise _refused(at, "preference", "disagrees with the ranking")


def _check_ranking(judgment: Judgment, ranking: list[list[str]], at: int) -> None:
    ranked = [id_ for tier in ranking for id_ in tier]
    for id_ in ranked:
        if id_ not in judgment.responses:
            raise _refused(at, "ranking", f"{id_!r} is not among the responses of the judgment")
    if len(set(ranked)) < len(ranked):
        raise _refused(at, "ranking", "names a response twice")
    if judgment.status == "unreadable":
        raise _refused(at, "ranking", "an unreadable judgment has none")
    if judgment.both_bad and (len(ranking) > 1 or len(ranked) < len(judgment.responses)):
        raise _refused(at, "both_bad", "two bad responses have no winner; the ranking must tie all of them")


def _winner(pair: list[str], ranking: list[list[str]]) -> int:
    """1 when the first is ranked better, -1 the second, 0 a tie. What is not ranked comes last."""
    first, second = (next((at for at, tier in enumerate(ranking) if id_ in tier), len(ranking)) for id_ in pair)
    return _sign(second - first)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _check_time(created: str, at: int) -> None:
    try:
        time = datetime.fromisoformat(created)
        aware = time.tzinfo is not None and time.astimezone(UTC)
    except (ValueError, OverflowError):
        aware = False
    if not aware:
        raise _refused(at, "created", "expected an ISO 8601 time with a zone, such as 2024-05-01T12:30:00Z")


def _check_details(judgment: Judgment, at: int, known: Mapping[str, Response]) -> None:
    if judgment.answers:
        refuse_unstorable(judgment.answers, f"judgments[{at}].answers", depth=4)
    for id_, values in judgment.ratings.items():
        if id_ not in judgment.responses:
            raise _refused(at, "ratings", f"{id_!r} is not among the responses of the judgment")
        if not all(map(isfinite, values.values())):
            raise _refused(at, "ratings", "NaN and Infinity are not ratings; leave the rating out")
    for place, span in enumerate(judgment.spans):
        if problem := _span_problem(span, judgment.responses, known):
            raise _refused(at, f"spans[{place}]", problem)


def _span_problem(span: Span, judged: list[str], known: Mapping[str, Response]) -> str | None:
    if span.response not in judged:
        return f"{span.response!r} is not among the responses of the judgment"
    content = known[span.response].content
    if not isinstance(content, str):
        return "marks a response of several messages; spans need a response that is one text"
    if not span.start < span.end:
        return f"starts at {span.start} and ends at {span.end}; the end must be greater"
    if span.end > len(content):
        return f"ends at {span.end}, but the response has {len(content)} characters"
    return None
