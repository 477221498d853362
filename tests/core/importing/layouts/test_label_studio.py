"""Label Studio's JSON: what becomes of tasks, controls, people, predictions, and of what is odd about them."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.importing.interchange import RefusedFile, RefusedLine
from core.importing.label_studio.tasks import line_of as task_line
from core.importing.reading import Good, Refused

DATA = {"prompt": "Why?", "answer1": "Because.", "answer2": "No idea."}
ITEMS = [
    {"id": "x", "title": "Heron", "body": "One."},
    {"id": "y", "body": "Two.", "model": "wren"},
    {"id": 3, "html": "<p>Three.</p>"},
]
LIST = {"prompt": "Which?", "items": ITEMS}


def result(kind, value, control=None, to=None):
    name = {"textarea": "text", "pairwise": "selected", "number": "number"}.get(kind, kind)
    return {"id": "r", "type": kind, "from_name": control or kind, "to_name": to or kind, "value": {name: value}}


def annotation(*results, **fields):
    whole = {"completed_by": 7, "was_cancelled": False, "ground_truth": False, "result": list(results)}
    return whole | {"created_at": "2026-03-01T10:00:00.000001Z", "lead_time": 2.5} | fields


def task(*annotations, data=DATA, **fields):
    return {"id": 4, "data": data, "annotations": list(annotations), "drafts": [], "meta": {}, **fields}


@pytest.fixture
def judged(line_of):
    def judgments(*annotations, data=DATA, mapping=None, **fields):
        return line_of(task(*annotations, data=data, **fields), **(mapping or {})).judgments

    return judgments


def test_a_task_is_a_prompt_with_its_answers_and_what_was_said_of_them(line_of):
    line = line_of(task(annotation(result("pairwise", "right", "better", "better")), data={**DATA, "topic": "sky"}))
    (judgment,) = line.judgments

    assert line.prompt == "Why?"
    assert [(each.id, each.content, each.model) for each in line.responses] == [
        ("answer1", "Because.", None),
        ("answer2", "No idea.", None),
    ]
    assert line.metadata == {"topic": "sky", "label_studio_task": 4}
    assert (judgment.judge, judgment.kind, judgment.round) == ("Label Studio user 7", "human", "Label Studio")
    assert (judgment.responses, judgment.preference, judgment.scale) == (["answer1", "answer2"], -1, None)
    assert (judgment.order, judgment.touched, judgment.status) == (None, None, "submitted")
    assert (judgment.duration_ms, judgment.created) == (2500, "2026-03-01T10:00:00.000001Z")


@pytest.mark.parametrize("to", ["better", "answer1", "answer1,answer2", None])
def test_a_pairwise_control_may_point_at_itself_or_at_its_first_target(judged, to):
    (judgment,) = judged(annotation({**result("pairwise", "left", "better"), "to_name": to}))
    assert judgment.preference == 1


@pytest.mark.parametrize(
    ("ranker", "ranking"),
    [
        ({"ranker": ["y", "x", "3"]}, [["items 2"], ["items 1"], ["items 3"]]),
        ({"rank": ["y"], "_": ["x", "3"]}, [["items 2"]]),
        (["3", "x", "y"], [["items 3"], ["items 1"], ["items 2"]]),
    ],
)
def test_a_ranker_ranks_its_list_and_may_leave_some_out(line_of, ranker, ranking):
    line = line_of(task(annotation(result("ranker", ranker)), data=LIST))
    (judgment,) = line.judgments

    assert judgment.ranking == ranking
    assert judgment.responses == ["items 1", "items 2", "items 3"]
    assert [(each.content, each.model) for each in line.responses] == [
        ("One.", None),
        ("Two.", "wren"),
        ("<p>Three.</p>", None),
    ]
    assert line.responses[0].metadata == {"title": "Heron"}


def test_buckets_of_which_none_is_better_are_an_answer(judged):
    buckets = {"relevant": ["x"], "biased": ["y"], "_": ["3"]}
    (judgment,) = judged(annotation(result("ranker", buckets, "rank")), data=LIST)
    assert (judgment.ranking, judgment.answers) == (None, {"rank": buckets})


def test_choices_ratings_and_texts_go_with_the_preference(judged):
    (judgment,) = judged(
        annotation(
            result("choices", ["safety"], "domain", "prompt"),
            result("rating", 4, "quality", "answer2"),
            result("rating", 2, "difficulty", "prompt"),
            result("number", 3, "facts", "answer1"),
            result("textarea", ["It is shorter.", "", "And right."], "why", "prompt"),
            result("textarea", "None.", "sources", "prompt"),
            result("choices", ["a", ["b", "c"]], "kinds", "prompt"),
            result("choices", [], "nothing", "prompt"),
            result("pairwise", "left"),
        )
    )
    assert judgment.preference == 1
    assert judgment.answers == {"domain": "safety", "difficulty": 2, "sources": "None.", "kinds": ["a", "b / c"]}
    assert judgment.ratings == {"answer2": {"quality": 4}, "answer1": {"facts": 3}}
    assert judgment.rationale == "It is shorter.\nAnd right."


def test_a_pair_and_a_list_in_one_task_are_two_judgments(judged):
    both = annotation(
        result("ranker", {"ranker": ["y", "x"]}),
        result("pairwise", "right"),
        result("choices", ["style"]),
        result("textarea", "Both.", "reason"),
    )
    ranked, preferred = judged(both, data={**DATA, **LIST})
    assert (ranked.ranking, ranked.answers) == ([["items 2"], ["items 1"]], {})
    assert (preferred.preference, preferred.answers, preferred.rationale) == (-1, {"choices": "style"}, "Both.")


def test_one_answer_is_rated_alone(judged):
    one = {"question": "Why?", "response": "Because."}
    (judgment,) = judged(annotation(result("rating", 3, "quality", "whatever")), data=one)
    assert (judgment.responses, judgment.ratings) == (["response"], {"response": {"quality": 3}})


def test_a_conversation_that_ends_with_an_answer_is_judged_by_that_answer(line_of):
    turns = [{"role": ("user", "assistant")[at % 2], "content": f"turn {at}"} for at in range(4)]
    line = line_of(task(annotation(result("rating", 3)), data={"messages": turns}))
    assert line.prompt == turns[:3]
    assert line.responses[0].content == "turn 3"
    assert line.judgments[0].ratings == {"response": {"rating": 3}}


def test_a_result_of_another_control_is_kept_as_it_is(judged):
    label = {**result("labels", ["wrong"], "marks", "answer1"), "value": {"start": 0, "end": 3, "labels": ["wrong"]}}
    (judgment,) = judged(annotation(label, {"type": "relation", "from_id": "a", "to_id": "b"}))
    assert judgment.answers == {"marks": {"start": 0, "end": 3, "labels": ["wrong"]}}


def test_skipped_empty_and_gold(judged):
    judgments = judged(
        annotation(was_cancelled=True, completed_by=1),
        annotation(completed_by=2),
        annotation(result("pairwise", "left"), ground_truth=True, completed_by=3),
    )
    by_judge = {each.judge[-1]: each for each in judgments}
    assert len(judgments) == 3
    assert (by_judge["1"].status, by_judge["1"].preference) == ("skipped", None)
    assert (by_judge["2"].status, by_judge["2"].preference) == ("unreadable", None)
    assert (by_judge["3"].kind, by_judge["3"].round, by_judge["3"].preference) == ("gold", None, 1)


def test_a_second_answer_of_a_person_is_a_retest_and_drafts_are_nothing(judged):
    first, again, third = judged(
        annotation(result("pairwise", "right"), id=9),
        annotation(result("pairwise", "left"), id=8),
        annotation(result("pairwise", "left"), id=10),
        drafts=[annotation(result("pairwise", "left"))],
    )
    assert [each.preference for each in (first, again, third)] == [1, -1, 1]
    assert [each.occasion for each in (first, again, third)] == ["first", "retest", "retest"]


def test_who_skipped_and_answered_after_all_has_answered(judged):
    answered, other = judged(
        annotation(was_cancelled=True),
        annotation(result("pairwise", "left")),
        annotation(was_cancelled=True, completed_by=8),
    )
    assert (answered.status, answered.occasion) == ("submitted", "first")
    assert (other.status, other.judge) == ("skipped", "Label Studio user 8")


@pytest.mark.parametrize(
    ("completed_by", "judge"),
    [
        (7, "ann@example.org"),
        ({"id": 7}, "ann@example.org"),
        ({"id": 7, "email": "Bob@Example.org"}, "bob@example.org"),
        ({"id": 8, "email": "", "first_name": "Bo", "last_name": "B"}, "Bo B"),
        ({"id": 8, "email": None, "username": "bo"}, "bo"),
        (8, "Label Studio user 8"),
        (None, "Label Studio"),
    ],
)
def test_a_person_is_known_by_address_then_name_then_number(judged, completed_by, judge):
    said = annotation(result("pairwise", "left"), completed_by=completed_by)
    assert judged(said, mapping={"person.7": "Ann@example.org"})[0].judge == judge


def test_predictions_are_judgments_of_models(judged):
    (first, second, third) = judged(
        predictions=[
            {"id": 1, "model_version": "heron-2", "score": 0.75, "result": [result("pairwise", "right")]},
            {"id": 2, "model_version": "v1.2", "score": 17, "result": [result("pairwise", "left")]},
            {"id": 3, "model_version": None, "score": None, "result": []},
        ]
    )
    assert (first.judge, first.version, first.kind) == ("heron-2", "", "ai")
    assert (first.preference, first.confidence, first.round) == (-1, 0.75, None)
    assert (second.judge, second.version, second.confidence) == ("Label Studio", "v1.2", None)
    assert (third.judge, third.status) == ("Label Studio", "unreadable")


def test_a_bare_number_of_a_prediction_is_found_where_an_annotation_began_with_it(judged):
    begun = {"id": 1, "model_version": "heron", "score": 0.5, "result": [result("pairwise", "right")]}
    said = annotation(result("pairwise", "left"), prediction=begun)
    assert [each.judge for each in judged(said, predictions=[1, 2])] == ["Label Studio user 7", "heron"]
    assert [each.judge for each in judged(annotation(result("pairwise", "left")), predictions=[1])] == [
        "Label Studio user 7"
    ]


def test_answers_that_nobody_judged_are_to_be_compared(line_of):
    line = line_of(task(data={**DATA, **LIST}))
    assert line.comparisons == [["answer1", "answer2"], ["items 1", "items 2", "items 3"]]
    assert line_of({"data": {"question": "Why?"}}).responses == []


@pytest.mark.parametrize(
    ("data", "prompt", "answers"),
    [
        ({"question": "Q", "text1": "A", "text2": "B"}, "Q", ["A", "B"]),
        ({"instruction": "Q", "response_b": "B", "response_a": "A"}, "Q", ["A", "B"]),
        ({"query": "Q", "output-10": "J", "output-9": "I", "output-2": "B"}, "Q", ["B", "I", "J"]),
        ({"prompt": "Q", "Answer Left": "L", "Answer Right": "R"}, "Q", ["L", "R"]),
        ({"text": "Q", "pairText1": "A", "pairText2": "B"}, "Q", ["A", "B"]),
        ({"prompt": "Q", "text": "A"}, "Q", ["A"]),
        ({"text": "Q", "completion": "A"}, "Q", ["A"]),
        ({"prompt": [{"role": "user", "content": "Q"}], "answer": ""}, "Q", [""]),
    ],
)
def test_prompt_and_answers_are_known_by_common_names(line_of, data, prompt, answers):
    line = line_of(task(data=data))
    assert (line.prompt, [each.content for each in line.responses]) == (prompt, answers)


def test_a_mapping_says_what_names_do_not(line_of):
    data = {
        "frage": "Why?",
        "a": {"text": "One."},
        "b": "Two.",
        "writer": "heron",
        "labels": "x, y",
        "ref": "R",
        "n": 1,
        "system": "S",
    }
    line = line_of(
        task(
            annotation(result("pairwise", "left"), result("rating", 5, "q", "shown"), result("textarea", "So.", "t")),
            data=data,
        ),
        **{
            "prompt": "frage",
            "response_1": "b",
            "response_2": "a.text",
            "model_1": "writer",
            "tags": "labels",
            "reference": "ref",
            "metadata.number": "n",
            "object.shown": "a.text",
            "rationale": "t",
            "kind": "gold",
        },
    )
    (judgment,) = line.judgments
    assert (line.prompt, line.system, line.reference, line.tags) == ("Why?", "S", "R", ["x", "y"])
    assert [(each.content, each.model) for each in line.responses] == [("Two.", "heron"), ("One.", None)]
    assert line.metadata == {"a": {"text": "One."}, "number": 1, "label_studio_task": 4}
    assert (judgment.kind, judgment.rationale, judgment.ratings) == ("gold", "So.", {"a.text": {"q": 5}})


def test_several_pairs_and_several_questions_about_one(judged):
    data = {"prompt": "Q", "answer1": "A", "answer2": "B", "answer3": "C"}
    said = annotation(
        result("pairwise", "left", "shorter"), result("pairwise", "right", "better"), result("pairwise", "left", "last")
    )
    one, other = judged(said, data=data, mapping={"pair.last": "answer2,answer3", "main": "better"})
    assert (one.responses, one.preference, one.answers) == (["answer1", "answer2"], -1, {"shorter": "left"})
    assert (other.responses, other.preference) == (["answer2", "answer3"], 1)


PREFERRED = annotation(result("pairwise", "left"))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"data": []}, "data: expected an object."),
        ({"data": {"pair": "x"}}, "data: none of 'pair' is known for a prompt. Say which it is: --map prompt=KEY."),
        ({"data": {"prompt": 5, "x": None}}, "data: none of 'prompt', 'x' is known for a prompt."),
        ({"data": {"prompt": "  "}, "annotations": []}, "prompt: is empty."),
        ({"data": {"prompt": "Q"}}, "annotations[0]: judges, but no answer was found in the task's data."),
        ({"data": {"prompt": "Q", "answer": "A"}}, "annotations[0].result[0]: is a preference between two answers"),
        ({"data": {**DATA, "answer2": "Because."}}, "judgments[0].responses: compares a response with itself"),
        ({"data": {**DATA, "answer1_model": 5}}, "data.answer1_model: expected the name of a model."),
        ({"annotations": {}}, "annotations: expected a list."),
        ({"annotations": [5]}, "annotations[0]: an annotation is an object."),
        ({"annotations": [annotation(result="x")]}, "annotations[0].result: expected a list."),
        ({"annotations": [annotation(5)]}, "annotations[0].result[0]: a result is an object."),
        (
            {"annotations": [annotation({**result("rating", 1), "value": 1})]},
            "annotations[0].result[0].value: expected",
        ),
        ({"annotations": [annotation(result("rating", "5"))]}, "annotations[0].result[0].value: expected a number."),
        ({"annotations": [annotation(result("rating", True))]}, "annotations[0].result[0].value: expected a number."),
        ({"annotations": [annotation(result("pairwise", "up"))]}, "annotations[0].result[0].value.selected: expected"),
        ({"annotations": [annotation(result("pairwise", ["left"]))]}, "annotations[0].result[0].value.selected"),
        ({"annotations": [annotation(result("choices", [5]))]}, "annotations[0].result[0].value.choices: expected"),
        ({"annotations": [annotation(result("textarea", 5))]}, "annotations[0].result[0].value.text: expected text"),
        ({"annotations": [annotation(result("ranker", "x"))]}, "annotations[0].result[0].value.ranker: expected lists"),
        ({"annotations": [annotation(result("ranker", ["x"]))]}, "annotations[0].result[0]: ranks 'x', which is not"),
        ({"annotations": [annotation(lead_time="5")]}, "annotations[0].lead_time: expected seconds."),
        ({"annotations": [annotation(completed_by=[1])]}, "annotations[0].completed_by: expected the id of a person"),
        ({"annotations": [annotation(created_at="now")]}, "judgments[0].created: expected an ISO 8601 time"),
        ({"annotations": [annotation(created_at=5)]}, "judgments[0].created: expected text or null"),
        (
            {"annotations": [annotation(result("pairwise", "left"), result("pairwise", "right"))]},
            "annotations[0].result[1]: 'pairwise' says two different things in one annotation.",
        ),
        (
            {"annotations": [annotation(result("rating", 1, "c" * 300))]},
            "annotations[0].result[0].from_name: is longer",
        ),
        ({"predictions": ["x"]}, "predictions[0]: a prediction is an object."),
        ({"predictions": [{"result": [], "score": "high"}]}, "predictions[0].score: expected a number."),
    ],
)
def test_a_task_that_cannot_be_understood_is_refused_with_the_place(reason_of, bad, reason):
    assert reason_of(task(PREFERRED), task(PREFERRED) | bad).startswith(reason)


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([{"id": "x"}], "data.items[0]: has no text; expected one of body, text"),
        ([{"id": "x", "body": "A"}, {"id": "x", "body": "B"}], "data.items[1].id: 'x' is used twice."),
        ("x", "data.items: expected a list of objects, each with an id and a body."),
        ([], "data.items: expected a list of objects"),
    ],
)
def test_a_list_to_rank_that_is_none_is_refused(reads, items, reason):
    (item,) = reads(task(data={"prompt": "Q", "items": items}), items="items")
    assert isinstance(item, Refused)
    assert item.reason.startswith(reason)


@pytest.mark.parametrize(("seconds", "kept"), [(0, 0), (1e9, None), (-1, None), (None, None), (2147483.647, 2**31 - 1)])
def test_times_that_no_clock_can_mean_are_left_out(judged, seconds, kept):
    assert judged(annotation(result("pairwise", "left"), lead_time=seconds))[0].duration_ms == kept


@pytest.mark.parametrize(
    "raw",
    [
        b'{"data": {"prompt": "a\\u0000"}, "annotations": []}',
        b'{"data": {"prompt": "a", "n": ' + b"1" * 30 + b'}, "annotations": []}',
        b'{"data": {"prompt": "a", "n": ' + b"[" * 40 + b"]" * 40 + b'}, "annotations": []}',
        b'{"data": {"prompt": "a", "n": ' + b"[" * 100_000 + b"]" * 100_000 + b'}, "annotations": []}',
        b'{"data": {"prompt": "a", "n": NaN}, "annotations": []}',
        b'{"data": {"prompt": "\\ud800"}, "annotations": []}',
    ],
)
def test_hostile_tasks_are_refused_and_the_others_go_in(reads, raw):
    good = json.dumps(task(PREFERRED)).encode()
    assert [type(item) for item in reads(good, raw, good)] == [Good, Refused, Good]


def test_a_file_may_be_one_list_or_have_a_task_a_line(reads):
    rows = [task(PREFERRED), task(annotation(result("pairwise", "x"))), task(PREFERRED)]
    assert [type(item) for item in reads(json.dumps(rows, indent=1).encode())] == [Good, Refused, Good]
    assert [item.number for item in reads(*rows)] == [1, 2, 3]


def test_the_short_export_is_known_and_refused(reason_of):
    short = {"id": 1, "prompt": "Q", "annotator": 1, "annotation_id": 2, "created_at": "", "lead_time": 1.0}
    assert reason_of(short).startswith("This is Label Studio's short export (JSON-MIN)")


def test_targets_of_its_own_are_refused_for_another_file(reads):
    with pytest.raises(RefusedFile, match=r"--map items=… is for exports of Label Studio, and this file is none"):
        reads({"prompt": "Q"}, items="x")


OF_TASKS = ["id", "data", "annotations", "predictions", "prediction", "completed_by", "email", "lead_time", "score"]
OF_RESULTS = ["result", "value", "type", "from_name", "to_name", "selected", "choices", "text", "ranker", "rating"]
OF_DATA = ["prompt", "answer1", "answer2", "items", "body", "model_version"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.sampled_from(["left", "x", "prompt", "rating"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(OF_TASKS + OF_RESULTS + OF_DATA),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(JSON, JSON, JSON, st.sampled_from(["pairwise", "choices", "ranker", "rating", "textarea", "labels"]))
def test_nothing_is_worse_than_a_refusal(value, extra, items, kind):
    said = {"type": kind, "from_name": "c", "to_name": "answer1", "value": value}
    data = {**DATA, "items": items}
    for row in (
        {"data": value, "annotations": extra},
        task(annotation(said, extra), data=data),
        task(value, data=data, predictions=extra),
        task(annotation(said, completed_by=extra, lead_time=value), data=data),
        task(predictions=[{"result": [said], "score": value, "model_version": extra}]),
    ):
        with contextlib.suppress(RefusedLine):
            assert task_line(row, {})["prompt"] is not None
