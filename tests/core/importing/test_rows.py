"""Lines become rows: one prompt a key, slots that do not depend on the file, ranks by slot."""

from itertools import pairwise, permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import response_key
from core.importing.check import check
from core.importing.interchange import Line
from core.importing.rows import Batch, ComparisonRow, JudgmentRow, PromptRow, number_samples

TEXTS = {"a": "Alpha.", "b": "Beta.", "c": "Gamma.", "d": "Delta."}


def line(*, prompt: Any = "Which?", ids: str = "ab", **fields: Any) -> Line:
    responses = [{"id": id_, "content": TEXTS[id_], "model": f"model {id_}"} for id_ in ids]
    return check(msgspec.convert({"prompt": prompt, "responses": responses, **fields}, Line))


def judgment(**fields: Any) -> dict[str, Any]:
    return {"judge": "ann", "kind": "human", "responses": ["a", "b"], **fields}


def prompts(*lines: Line) -> list[PromptRow]:
    batch = Batch()
    for number, each in enumerate(lines, start=1):
        batch.add(number, each)
    return list(batch.prompts.values())


def only(said: dict[str, Any], ids: str = "ab") -> tuple[PromptRow, ComparisonRow, JudgmentRow]:
    (prompt,) = prompts(line(ids=ids, judgments=[said]))
    (comparison,) = prompt.comparisons.values()
    (row,) = comparison.judgments
    return prompt, comparison, row


def by_text(prompt: PromptRow, comparison: ComparisonRow, values: list[Any]) -> dict[str, Any]:
    """Values by slot → by the id of the response in the file."""
    ids = {text: id_ for id_, text in TEXTS.items()}
    return {ids[prompt.responses[key].content]: value for key, value in zip(comparison.slots, values, strict=True)}


@pytest.mark.parametrize("ids", [["a", "b"], ["b", "a"]])
@pytest.mark.parametrize(("preference", "ranks"), [(1, (1, 2)), (-1, (2, 1)), (0, (1, 1)), (3, (1, 2)), (-2, (2, 1))])
def test_a_preference_is_for_the_first_id_wherever_its_slot_is(ids, preference, ranks):
    prompt, comparison, row = only(judgment(responses=ids, preference=preference))
    assert by_text(prompt, comparison, row.ranks) == dict(zip(ids, ranks, strict=True))


@pytest.mark.parametrize("ids", list(permutations("abc")))
def test_the_same_responses_make_the_same_slots_in_whatever_order_they_are_named(ids):
    _, comparison, _ = only(judgment(responses=list(ids), ranking=[list("abc")]), "abc")
    _, again, _ = only(judgment(responses=list("abc"), ranking=[list("abc")]), "cba")
    assert (comparison.key, comparison.slots) == (again.key, again.slots)


def test_slots_are_in_the_order_of_the_content_hash_then_the_author():
    same = [{"id": name, "content": "The same.", "model": name} for name in ("zoe", "amy")]
    other = {"id": "x", "content": "Another."}
    said = judgment(responses=["zoe", "x", "amy"], ranking=[["x"]])
    row = check(msgspec.convert({"prompt": "Which?", "responses": [*same, other], "judgments": [said]}, Line))
    (prompt,) = prompts(row)
    (comparison,) = prompt.comparisons.values()
    slots = [prompt.responses[key] for key in comparison.slots]
    assert slots == sorted(slots, key=lambda each: (each.content_key, each.author))
    assert [each.author for each in slots if each.content == "The same."] == ["amy", "zoe"]


@pytest.mark.parametrize(
    ("fields", "strength"),
    [
        ({"preference": 1}, None),
        ({"preference": 0}, None),
        ({"preference": -2}, 2),
        ({"preference": 1, "scale": 3}, 1),
        ({"preference": 0, "scale": 3}, 0),
        ({"preference": 1, "scale": 1}, None),
        ({"preference": 3, "ranking": [["a"], ["b"]]}, 3),
        ({"ranking": [["a"], ["b"]]}, None),
        ({"both_bad": True}, None),
        ({"preference": 0, "scale": 2, "both_bad": True}, 0),
    ],
)
def test_how_clearly_is_known_only_where_the_judge_could_say_so(fields, strength):
    assert only(judgment(**fields))[2].strength == strength


@pytest.mark.parametrize(
    ("ranking", "ranks", "partial"),
    [
        ([["a"], ["b"], ["c"], ["d"]], {"a": 1, "b": 2, "c": 3, "d": 4}, False),
        ([["d", "b"], ["a", "c"]], {"b": 1, "d": 1, "a": 3, "c": 3}, False),
        ([["c"], ["a"]], {"c": 1, "a": 2, "b": 4, "d": 4}, True),
        ([["a", "b", "c"]], {"a": 1, "b": 1, "c": 1, "d": 4}, True),
        ([["a", "b", "c", "d"]], {"a": 1, "b": 1, "c": 1, "d": 1}, False),
    ],
)
def test_tiers_become_ranks_with_gaps_and_what_was_left_out_stands_last(ranking, ranks, partial):
    prompt, comparison, row = only(judgment(responses=list("dbca"), ranking=ranking), "abcd")
    assert by_text(prompt, comparison, row.ranks) == ranks
    assert row.partial == partial


@pytest.mark.parametrize("ids", ["a", "ab", "abc"])
def test_all_bad_is_a_tie_of_all(ids):
    _, _, row = only(judgment(responses=list(ids), both_bad=True), ids)
    assert (row.ranks, row.both_bad) == ([1] * len(ids), True)


@pytest.mark.parametrize("ids", [["a", "b"], ["b", "a"]])
def test_order_probability_ratings_and_spans_move_to_the_slots(ids):
    span = {"response": "a", "start": 0, "end": 5, "label": "wrong"}
    said = judgment(responses=ids, order=["b", "a"], probability=0.75, ratings={"a": {"style": 4}}, spans=[span])
    prompt, comparison, row = only(said)
    place = by_text(prompt, comparison, [0, 1])
    assert row.order == [place["b"], place["a"]]
    assert row.order_no == (0 if row.order == [0, 1] else 1)
    assert row.probability == (0.75 if place[ids[0]] == 0 else 0.25)
    assert row.ratings == {str(place["a"]): {"style": 4}}
    assert [each["slot"] for each in row.spans] == [place["a"]]


def test_an_order_that_the_file_does_not_say_stays_unknown():
    _, _, row = only(judgment(preference=1))
    assert (row.order, row.order_no, row.probability, row.sample) == (None, None, None, None)


def test_the_author_is_part_of_a_response_and_its_id_is_not():
    (one,), (other,) = prompts(line(ids="a")), prompts(line(ids="a", prompt="Another?"))
    assert list(one.responses) == list(other.responses)
    (key, row), *_ = one.responses.items()
    assert key == response_key("model", "model a", row.content_key)


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_an_edit_knows_what_it_edits_in_whatever_order_the_file_names_them(order):
    parent = {"a": None, "b": "a", "c": "b"}
    responses = [{"id": id_, "content": TEXTS[id_], "edited_from": parent[id_]} for id_ in order]
    (prompt,) = prompts(check(msgspec.convert({"prompt": "Which?", "responses": responses}, Line)))
    chain = {row.content: row.parent and prompt.responses[row.parent].content for row in prompt.responses.values()}
    assert chain == {"Alpha.": None, "Beta.": "Alpha.", "Gamma.": "Beta."}


def test_lines_of_one_prompt_merge_and_say_where_their_references_differ():
    first = line(ids="ab", judgments=[judgment(preference=1)])
    lines = [first, line(ids="bc", reference="Yes."), line(reference="No."), line(reference="Yes.")]
    (prompt,) = prompts(*lines)
    assert [row.content for row in prompt.responses.values()] == ["Alpha.", "Beta.", "Gamma."]
    assert (prompt.reference, prompt.line, prompt.other_references) == ("Yes.", 2, [3])


def test_a_plain_prompt_and_its_message_are_one_prompt():
    assert len(prompts(line(), line(prompt=[{"role": "user", "content": "Which?"}]))) == 1
    assert len(prompts(line(), line(system="Be brief."), line(contexts=[{"text": "x"}]))) == 3


def samples(*lines: Line, before: dict[str, int] | None = None) -> tuple[list[int | None], dict[str, int]]:
    (prompt,) = prompts(*lines)
    counts = number_samples(prompt, before or {})
    return [row.sample for comparison in prompt.comparisons.values() for row in comparison.judgments], counts


def test_a_persons_repeats_are_counted_on_the_comparison_and_a_machines_on_the_order():
    orders = [["a", "b"], ["b", "a"], ["a", "b"]]
    person = line(judgments=[judgment(order=order, preference=1) for order in orders])
    machine = line(judgments=[judgment(kind="ai", order=order, preference=1) for order in orders])
    assert samples(person)[0] == [1, 2, 3]
    assert samples(machine)[0] == [1, 1, 2]


def test_repeats_are_counted_on_over_batches_and_apart_by_judge_round_and_occasion():
    first = line(judgments=[judgment(preference=1), judgment(preference=1, judge="bob")])
    (one, two), counts = samples(first)
    rest = line(
        judgments=[
            judgment(preference=1),
            judgment(preference=1, round="two"),
            judgment(preference=1, occasion="retest"),
            judgment(preference=1, sample=9),
        ]
    )
    assert (one, two) == (1, 1)
    assert samples(rest, before=counts)[0] == [2, 1, 1, 9]


def test_what_a_batch_holds_grows_with_every_text_and_row():
    batch, sizes = Batch(), [0]
    fat = line(ids="", prompt="x" * 5000), line(prompt="y", contexts=[{"text": "z" * 5000}])
    many = line(judgments=[judgment(preference=1, judge=f"judge {number}") for number in range(50)])
    for each in (*fat, many):
        batch.add(1, each)
        sizes.append(batch.size)
    assert all(later - earlier > 5000 for earlier, later in pairwise(sizes))


@given(st.data())
def test_any_ranking_keeps_its_meaning_in_the_slots(data):
    ids = data.draw(st.lists(st.sampled_from("abcd"), min_size=2, unique=True))
    tier_of = data.draw(st.fixed_dictionaries({id_: st.none() | st.integers(0, 3) for id_ in ids}))
    tiers = [[id_ for id_ in ids if tier_of[id_] == tier] for tier in sorted({*tier_of.values()} - {None})]
    if not tiers:
        return
    prompt, comparison, row = only(judgment(responses=ids, ranking=tiers), "abcd")
    ranks = by_text(prompt, comparison, row.ranks)
    for one, other in permutations(ids, 2):
        places = [4 if tier_of[id_] is None else tier_of[id_] for id_ in (one, other)]
        assert (ranks[one] < ranks[other]) == (places[0] < places[1])
    assert row.partial == (None in tier_of.values())
    assert min(row.ranks) == 1
    assert max(row.ranks) <= len(ids)
