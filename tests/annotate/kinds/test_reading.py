"""From the form to what is stored, kind by kind: places on the screen become slots."""

import json
from typing import Any

import pytest

from annotate.kinds.answers import asked, filled, read_answers
from annotate.kinds.protocol import BadAnswer, Said, Shown
from annotate.kinds.telling import told
from tests.annotate.kinds.making import EVERY_KIND

THREE = Shown([2, 0, 1], ["Noon.", "12:00 \U0001f552", "Twelve."])
PAIR = Shown([1, 0], ["Noon.", "Twelve."])
RANKING = {"id": "main", "kind": "ranking", "text": "Rank"}
THUMBS = {"id": "main", "kind": "thumbs", "text": "Good?"}
SCALE = [{"name": "tone"}, {"name": "facts"}]
RATING = {"id": "main", "kind": "rating", "text": "Rate", "attributes": SCALE, "lowest": 1, "highest": 5}
RULES = {"id": "rules", "kind": "rubric", "text": "Rules", "criteria": [{"name": "calm", "text": "Calm"}]}
TONES = [{"value": "warm", "text": "Warm"}, {"value": "cold", "text": "Cold"}]
TONE = {"id": "tone", "kind": "choice", "text": "Tone", "options": TONES}
MARKS = {"id": "marks", "kind": "spans", "text": "Mark", "categories": [{"value": "odd", "text": "Odd"}]}
BETTER = {"id": "better", "kind": "rewrite", "text": "Better"}


def read(question: dict[str, Any], shown: Shown, **fields: Any) -> Said:
    sent = {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    return read_answers([question], sent, shown)


def ranks(*given: str, shown: Shown = THREE, **more: Any) -> Said:
    return read({**RANKING, **more}, shown, **{f"main.{place}": rank for place, rank in enumerate(given)})


def mark(place: Any = 0, start: Any = 0, end: Any = 2, label: Any = "odd", **more: Any) -> dict[str, Any]:
    return {"place": place, "start": start, "end": end, "label": label, **more}


def marked(*marks: Any, **more: Any) -> Said:
    return read({**MARKS, **more}, THREE, marks=json.dumps(marks))


def test_ranks_follow_the_slots() -> None:
    assert (ranks("1", "2", "3").ranks, ranks("1", "2", "3").partial) == ([2, 3, 1], False)


def test_equal_ranks_tie_where_ties_are_offered_and_gaps_do_not_count() -> None:
    assert ranks("1", "1", "2", ties=True).ranks == [1, 3, 1]
    assert ranks("2", "2", "3", ties=True).ranks == [1, 3, 1]
    with pytest.raises(BadAnswer, match="Rank 1 is given twice"):
        ranks("1", "1", "2")


def test_what_is_not_ranked_stands_last_where_that_is_offered() -> None:
    said = ranks("", "1", "", partial=True)
    assert (said.ranks, said.partial) == ([1, 3, 3], True)
    with pytest.raises(BadAnswer, match="A has no rank yet"):
        ranks("", "1", "2")


def test_all_can_be_bad() -> None:
    said = read({**RANKING, "both_bad": True}, THREE, main="both_bad", **{"main.0": "1"})
    assert (said.ranks, said.both_bad, said.partial) == ([1, 1, 1], True, False)
    with pytest.raises(BadAnswer, match="no such answer"):
        read(RANKING, THREE, main="both_bad")


@pytest.mark.parametrize("rank", ["0", "4", "-1", "1.5", "²", "one", "1" * 400])
def test_a_rank_is_one_of_those_that_there_are(rank: str) -> None:
    with pytest.raises(BadAnswer, match="A has no rank from 1 to 3"):
        ranks(rank, "2", "3")


def test_a_ranking_of_two_is_a_preference_without_strength() -> None:
    said = ranks("2", "1", shown=PAIR)
    assert (said.ranks, said.strength) == ([1, 2], None)


def test_thumbs_are_numbers_and_rank_what_they_compare() -> None:
    said = read(THUMBS, THREE, **{"main.0": "down", "main.1": "up", "main.2": "up"})
    assert said.ratings == {"2": {"main": 0}, "0": {"main": 1}, "1": {"main": 1}}
    assert said.ranks == [1, 1, 3]
    assert read(THUMBS, Shown([0]), **{"main.0": "up"}).ranks is None


def test_ratings_rank_by_their_first_attribute() -> None:
    fields = {"main.0.tone": "5", "main.0.facts": "1", "main.1.tone": "2", "main.1.facts": "5"}
    said = read(RATING, PAIR, **fields)
    assert said.ratings == {"1": {"tone": 5, "facts": 1}, "0": {"tone": 2, "facts": 5}}
    assert (said.ranks, said.strength) == ([2, 1], None)


def test_every_row_of_a_required_question_is_answered() -> None:
    with pytest.raises(BadAnswer, match="There is no answer for B facts yet"):
        read(RATING, PAIR, **{"main.0.tone": "5", "main.0.facts": "1", "main.1.tone": "2"})
    assert read(RULES, PAIR, **{"rules.1.calm": "yes"}).answers == {"rules": {"0": {"calm": "yes"}}}
    with pytest.raises(BadAnswer, match="There is no answer for A Calm yet"):
        read({**RULES, "required": True}, PAIR, **{"rules.1.calm": "yes"})


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        (RATING, {"main.0.tone": "6"}),
        (RATING, {"main.0.tone": "1.0"}),
        (THUMBS, {"main.0": "sideways"}),
        (RULES, {"rules.0.calm": "partly"}),
        (TONE, {"tone": "hot"}),
        ({**TONE, "many": True}, {"tone": ["warm", "hot"]}),
        ({**MARKS, "kind": "text", "tags": ["a"]}, {"marks.tags": "b"}),
    ],
)
def test_an_answer_that_is_not_offered_is_refused(question: dict[str, Any], fields: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer, match="This question has no such answer") as refused:
        read(question, PAIR, **fields)
    assert refused.value.question == question["id"]


def test_one_option_or_several_for_all_or_for_each() -> None:
    assert read(TONE, PAIR, tone="warm").answers == {"tone": "warm"}
    assert read({**TONE, "many": True}, PAIR, tone=["cold", "warm"]).answers == {"tone": ["warm", "cold"]}
    each = {**TONE, "per_response": True}
    assert read(each, PAIR, **{"tone.0": "cold"}).answers == {"tone": {"1": "cold"}}
    with pytest.raises(BadAnswer, match="There is no answer for B yet"):
        read({**each, "required": True}, PAIR, **{"tone.0": "cold"})


def test_a_reason_is_long_enough_or_a_tag_where_length_does_not_matter() -> None:
    why = {"id": "rationale", "kind": "text", "text": "Why?", "required": True, "tags": ["facts"]}
    said = read(why, PAIR, **{"rationale.tags": "facts", "rationale": " "})
    assert (said.rationale, said.answers) == ("", {"rationale_tags": ["facts"]})
    with pytest.raises(BadAnswer, match="Say why in a few words"):
        read({**why, "shortest": 10}, PAIR, **{"rationale.tags": "facts"})
    with pytest.raises(BadAnswer, match=r"This text has 5 of at least 10 characters\. Write more\."):
        read({**why, "shortest": 10}, PAIR, rationale="Facts")
    assert read({**why, "required": False, "shortest": 10}, PAIR).rationale == ""


def test_marks_are_kept_by_slot_in_order_and_may_overlap() -> None:
    said = marked(mark(1, 1, 4), mark(0, 0, 7, note=" Why? "), mark(1, 0, 5), mark(1, 0, 5))
    assert said.spans == [
        {"slot": 0, "start": 0, "end": 5, "label": "odd"},
        {"slot": 0, "start": 1, "end": 4, "label": "odd"},
        {"slot": 2, "start": 0, "end": 7, "label": "odd", "note": "Why?"},
    ]


def test_marks_count_code_points() -> None:
    assert marked(mark(2, 6, 7)).spans == [{"slot": 1, "start": 6, "end": 7, "label": "odd"}]
    with pytest.raises(BadAnswer, match="A mark does not lie inside C"):
        marked(mark(2, 6, 8))


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        ("[", "The marks cannot be read."),
        ("[" * 100_000, "The marks cannot be read."),
        ("{}", "The marks cannot be read."),
        ("[1]", "The marks cannot be read."),
        (json.dumps([mark(True)]), "The marks cannot be read."),
        (json.dumps([mark(start=0.5)]), "The marks cannot be read."),
        (json.dumps([mark(note=["a"])]), "The marks cannot be read."),
        (json.dumps([mark(3)]), "This question has no such answer."),
        (json.dumps([mark(label="even")]), "This question has no such answer."),
        (json.dumps([mark(label=["odd"])]), "This question has no such answer."),
        (json.dumps([mark(start=-1)]), "A mark does not lie inside A."),
        (json.dumps([mark(end=0)]), "A mark does not lie inside A."),
        (json.dumps([mark(end=10**30)]), "A mark does not lie inside A."),
        (json.dumps([mark(note="a\0b")]), "Null characters are not allowed."),
        (json.dumps([mark(note="\ud800")]), "This text holds half of a character."),
        (json.dumps([mark(note="x" * 1_001)]), "The note is longer than 1,000 characters."),
        (json.dumps([mark()] * 501), "There are 501 marks. Keep at most 500."),
    ],
)
def test_marks_that_do_not_fit_are_refused(marks: str, sentence: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        read(MARKS, THREE, marks=marks)
    assert str(refused.value).startswith(sentence)
    assert refused.value.question == "marks"


def test_a_conversation_is_neither_marked_nor_written_anew() -> None:
    shown = Shown([0, 1], [None, "Noon."])
    with pytest.raises(BadAnswer, match="A is a conversation and cannot be marked"):
        read(MARKS, shown, marks=json.dumps([mark()]))
    with pytest.raises(BadAnswer, match="A is a conversation and cannot be written anew"):
        read(BETTER, shown, **{"better.place": "0", "better.text": "Noon!"})
    (view,) = (each.view for each in asked([BETTER], {}, shown))
    assert [source.letter for source in view.sources] == ["B"]


def test_a_better_one_names_what_it_is_made_from() -> None:
    said = read(BETTER, THREE, **{"better.place": "0", "better.text": "  Twelve\r\nsharp. \n"})
    assert said.answers == {"better": {"slot": 2, "text": "  Twelve\nsharp."}}
    with pytest.raises(BadAnswer, match="Choose which response you have made better"):
        read(BETTER, THREE, **{"better.text": "Twelve sharp."})
    assert read(BETTER, Shown([0], ["Noon."]), **{"better.text": "Noon!"}).answers["better"]["slot"] == 0
    assert read(BETTER, THREE, **{"better.place": "0", "better.text": " \n"}).answers == {}


def test_a_better_one_is_another_one() -> None:
    with pytest.raises(BadAnswer, match="This is the text of A as it was"):
        read(BETTER, THREE, **{"better.place": "0", "better.text": "\nTwelve. "})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"main": ["b1"]}, {"better"}),
        ({"main": ["tie"]}, {"tie"}),
        ({"main": ["both_bad"]}, {"both_bad"}),
        ({}, set()),
    ],
)
def test_a_question_waits_for_what_another_says(fields: dict[str, list[str]], words: set[str]) -> None:
    main = {"id": "main", "kind": "pairwise", "text": "?", "strengths": ["better"], "tie": True, "both_bad": True}
    for word in ("better", "tie", "both_bad"):
        why = {
            "id": "why",
            "kind": "text",
            "text": "Why?",
            "required": True,
            "when": {"question": "main", "is": [word]},
        }
        last = {"id": "last", "kind": "text", "text": "More?", "when": {"question": "why", "is": ["given"]}}
        sent = {**fields, "why": ["So."], "last": ["More."]}
        shown = [each.is_asked for each in asked([main, why, last], sent, PAIR)]
        assert shown == [True, word in words, word in words]
        if fields:
            answers = read_answers([main, why, last], sent, PAIR).answers
            assert answers == ({"why": "So.", "last": "More."} if word in words else {})
        if word in words:
            with pytest.raises(BadAnswer, match="“Why\\?” has no answer yet"):
                read_answers([main, why, last], fields, PAIR)


def test_a_question_about_two_is_not_asked_about_three() -> None:
    assert "helpful" in {each.question["id"] for each in asked(EVERY_KIND, {}, PAIR)}
    assert "helpful" not in {each.question["id"] for each in asked(EVERY_KIND, {}, THREE)}


def test_everything_is_told_in_the_letters_of_the_slots() -> None:
    fields = {
        "main.0": ["1"], "main.1": ["2"], "helpful": ["a2"], "good.0": ["down"], "steer.0.verbosity": ["4"],
        "safe.1.calm": ["partly"], "topics": ["place", "time"], "tone.0": ["warm"], "rationale": ["Right."],
        "rationale.tags": ["facts"], "missing": ["The hour."], "better.place": ["0"], "better.text": ["Noon!"],
        "faults": [json.dumps([mark(0, 0, 3, "wrong", note="Odd.")])],
    }  # fmt: skip
    said = read_answers(EVERY_KIND, fields, PAIR)
    assert told(EVERY_KIND, said, ["A", "B"]) == [
        "B better",
        "B much better",
        "B bad",
        "B Length 4",
        "A Calm: partly",
        "Time, Place",
        "B Warm",
        "facts · Right.",
        "The hour.",
        "B 0 to 3: Wrong (Odd.)",
        "B written anew: Noon!",
    ]
    assert told(EVERY_KIND, said, ["B", "A"])[0] == "A better"
    assert read_answers(EVERY_KIND, filled(EVERY_KIND, said, PAIR), PAIR) == said
