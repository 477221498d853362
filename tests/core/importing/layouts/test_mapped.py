"""Rows whose columns the person names."""

import io

import pytest

from core.importing.interchange import RefusedFile
from core.importing.reading import Good, Refused, read


def test_named_columns_become_their_targets(line_of):
    row = {"question": "Why?", "one": "Because.", "two": "No idea.", "best": "2", "who": "Ada", "topic": "x", "n": 1}
    mapping = {
        "prompt": "question",
        "response_1": "one",
        "response_2": "two",
        "preference": "best",
        "judge": "who",
        "metadata.subject": "topic",
        "tags": "topic",
        "scale": "3",
    }
    line = line_of(row, **mapping)
    (judgment,) = line.judgments

    assert (line.prompt, line.metadata, line.tags) == ("Why?", {"subject": "x"}, ["x"])
    assert [response.content for response in line.responses] == ["Because.", "No idea."]
    assert (judgment.judge, judgment.kind, judgment.preference, judgment.scale) == ("Ada", "human", 2, 3)


def test_a_column_called_like_its_target_needs_no_naming():
    text = b'question,response_1,model_1,response_2,model_2,preference,tags\nWhy?,So.,heron,Hm.,wren,-1,"a, b"\n'
    reading = read(io.BytesIO(text), mapping={"prompt": "question"})
    (item,) = reading

    assert isinstance(item, Good)
    assert reading.layout == "mapped"
    assert [(r.model, r.content) for r in item.line.responses] == [("heron", "So."), ("wren", "Hm.")]
    assert (item.line.judgments[0].preference, item.line.judgments[0].scale) == (-1, None)
    assert item.line.tags == ["a", "b"]


def test_a_column_that_is_named_for_one_target_is_not_another_too(line_of):
    assert line_of({"response": "Why?"}, prompt="response").responses == []


def test_a_table_with_the_names_of_targets_needs_no_mapping_at_all():
    reading = read(io.BytesIO(b"prompt,response,model,metadata.source\nWhy?,So.,heron,exam\n"))
    (item,) = reading

    assert isinstance(item, Good)
    assert (reading.layout, item.line.metadata, item.line.responses[0].model) == ("mapped", {"source": "exam"}, "heron")


@pytest.mark.parametrize(
    ("word", "preference", "both_bad"),
    [("first", 1, False), ("second", -1, False), ("tie", 0, False), ("both_bad", 0, True), ("1.0", 1, False)],
)
def test_words_are_preferences_too(line_of, word, preference, both_bad):
    row = {"prompt": "Why?", "response_1": "So.", "response_2": "Hm.", "preference": word}
    (judgment,) = line_of(row).judgments

    assert (judgment.preference, judgment.both_bad) == (preference, both_bad)


def test_chosen_and_rejected_can_be_named(line_of):
    row = {"q": "Why?", "good": "So.", "bad": "Hm.", "author": "heron"}
    line = line_of(row, prompt="q", chosen="good", rejected="bad", model_chosen="author", kind="ai")

    assert [(r.content, r.model) for r in line.responses] == [("So.", "heron"), ("Hm.", None)]
    assert (line.judgments[0].judge, line.judgments[0].kind) == ("mapped", "ai")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"question": None}, "question: the row has no prompt; name it by --map prompt=COLUMN."),
        ({"preference": "A"}, "preference: expected a whole number, more than 0 where response_1 is better"),
        ({"preference": "1.5"}, "preference: expected a whole number"),
        ({"preference": "inf"}, "preference: expected a whole number"),
        ({"preference": "9"}, "judgments[0].preference: expected a whole number at most 3."),
        ({"response_2": None}, "preference: is between response_1 and response_2, and the row has not both."),
        ({"response": "x"}, "response: cannot stand beside numbered responses in one row."),
        ({"chosen": "x", "rejected": "y"}, "chosen, rejected: cannot stand beside responses"),
        ({"chosen": "x"}, "rejected: is empty, but the other side is not."),
    ],
)
def test_rows_that_do_not_fit_are_refused(reason_of, change, reason):
    row = {"question": "Why?", "response_1": "So.", "response_2": "Hm.", "preference": 1}
    assert reason_of(row, row | change, prompt="question").startswith(reason)


def test_a_column_that_is_not_there_is_named():
    (item,) = read(io.BytesIO(b'{"q": "Why?"}\n'), mapping={"prompt": "question"})

    assert item == Refused(1, "There is no column 'question'.", '{"q": "Why?"}')


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({"promt": "q"}, "--map promt=q: there is no target 'promt'."),
        ({"response_0": "q"}, "--map response_0=q: there is no target 'response_0'."),
        ({"metadata.": "q"}, "--map metadata.=q: there is no target"),
        ({"kind": "robot"}, "--map kind=robot: a kind is one of human, ai, gold, rule, metric."),
        ({"scale": "5"}, "--map scale=5: a scale is 1, 2 or 3 points a side."),
    ],
)
def test_a_mapping_that_means_nothing_is_refused_before_the_file_is_read(mapping, reason):
    with pytest.raises(RefusedFile, match=f"^{reason.replace('.', '[.]')}"):
        read("nowhere.jsonl", mapping=mapping)
