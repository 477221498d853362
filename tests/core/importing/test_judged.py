"""What a judgment may not say."""

import pytest

A = {"id": "a", "content": "Heron: 🐦"}
B = {"id": "b", "content": "Wren"}
C = {"id": "c", "content": [{"role": "assistant", "content": "x", "name": "y"}]}


def row(*ids, **fields):
    judgment = {"judge": "Ada", "kind": "human", "responses": list(ids)} | fields
    return {"prompt": "Why?", "responses": [A, B, C], "judgments": [judgment]}


def span(response="a", start=0, end=5):
    return {"response": response, "start": start, "end": end, "label": "name"}


@pytest.mark.parametrize(
    "fine",
    [
        row("a", "b", preference=-3, order=["b", "a"]),
        row("a", "b", preference=2, scale=3, ranking=[["a"], ["b"]]),
        row("a", "b", preference=0, ranking=[["a", "b"]], both_bad=True),
        row("a", "b", preference=1, ranking=[["a"]]),
        row("a", "b", "c", ranking=[["c"], ["a", "b"]], order=["b", "c", "a"]),
        row("a", "b", "c", ranking=[["c"]]),
        row("a", "b", status="unreadable", raw="??"),
        row("a", spans=[span(end=8)], ratings={"a": {"x": 1}}, created="2024-05-01T12:00:00.5+02:00"),
    ],
)
def test_what_is_sound_goes_in(line_of, fine):
    assert len(line_of(fine).judgments) == 1


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("a", "z"), "judgments[0].responses: no response has the id 'z'."),
        (row("a", "a"), "judgments[0].responses: names a response twice."),
        (row("a", "b", order=["a"]), "judgments[0].order: must hold exactly the ids of `responses`, each once."),
        (row("a", "b", order=["a", "a"]), "judgments[0].order: must hold exactly the ids"),
        (row("a", "b", order=["a", "c"]), "judgments[0].order: must hold exactly the ids"),
        (row("a", preference=1), "judgments[0].preference: is between two responses; for more, give a ranking."),
        (row("a", "b", "c", preference=0), "judgments[0].preference: is between two responses"),
        (row("a", "b", preference=-2, scale=1), "judgments[0].preference: -2 is beyond the scale of 1."),
        (row("a", "b", preference=1, both_bad=True), "judgments[0].both_bad: two bad responses have no winner"),
        (row("a", "b", ranking=[["a"], ["b"]], both_bad=True), "judgments[0].both_bad: two bad responses have no"),
        (row("a", "b", preference=1, status="unreadable"), "judgments[0].preference: an unreadable judgment has none."),
        (row("a", "b", ranking=[["a"]], status="unreadable"), "judgments[0].ranking: an unreadable judgment has none."),
        (row("a", "b", preference=1, ranking=[["b"], ["a"]]), "judgments[0].preference: disagrees with the ranking."),
        (row("a", "b", preference=0, ranking=[["b"]]), "judgments[0].preference: disagrees with the ranking."),
        (
            row("a", "b", ranking=[["a"], ["c"]]),
            "judgments[0].ranking: 'c' is not among the responses of the judgment.",
        ),
        (row("a", "b", ranking=[["a"], ["b", "a"]]), "judgments[0].ranking: names a response twice."),
        (row("a", "b", ranking=[["a"], []]), "judgments[0].ranking[1]: expected a list of length at least 1."),
        (row("a", "b", ranking=[]), "judgments[0].ranking: expected a list of length at least 1."),
        (row("a", probability=0.5), "judgments[0].probability: is that the first beats the second"),
        (row("a", "b", probability=1.5), "judgments[0].probability: expected a number at most 1.0."),
        (row("a", created="2024-05-01T12:00:00"), "judgments[0].created: expected an ISO 8601 time with a zone"),
        (row("a", created="yesterday"), "judgments[0].created: expected an ISO 8601 time with a zone"),
        (row("a", ratings={"b": {"x": 1}}), "judgments[0].ratings: 'b' is not among the responses of the judgment."),
        (row("a", answers={"q": [2**64]}), "judgments[0].answers.q: the whole number does not fit into 64 bits."),
        (row("b", spans=[span()]), "judgments[0].spans[0]: 'a' is not among the responses of the judgment."),
        (row("a", spans=[span(), span(end=9)]), "judgments[0].spans[1]: ends at 9, but the response has 8 characters."),
        (row("a", spans=[span(start=5)]), "judgments[0].spans[0]: starts at 5 and ends at 5; the end must be greater."),
        (row("a", spans=[span(start=-1)]), "judgments[0].spans[0].start: expected a whole number at least 0."),
        (row("c", spans=[span("c", end=1)]), "judgments[0].spans[0]: marks a response of several messages"),
    ],
)
def test_what_contradicts_is_refused_by_the_place(reason_of, bad, reason):
    assert reason_of(row("a"), bad).startswith(reason)
