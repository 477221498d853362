import json
import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.ids import canonical, comparison_key, content_key, key_of, prompt_key, response_key, uuid7

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=8,
)  # fmt: skip
user = [{"role": "user", "content": "Why?"}]


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_two_lists_of_parts_share_a_key_only_when_they_are_the_same(one, other):
    assert (key_of(*one) == key_of(*other)) == (one == other)


def test_parts_that_read_the_same_when_joined_have_different_keys():
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("abc", "")}) == 4


def test_a_key_is_sixteen_bytes_and_the_same_in_every_process():
    assert key_of("a", b"b").hex() == "4fc56058b4df0ca122be9a2e429541d6"


@given(json_values)
def test_the_canonical_spelling_says_the_same_value_whatever_the_order_of_its_keys(value):
    def turned(inner):
        if isinstance(inner, dict):
            return {key: turned(inner[key]) for key in reversed(inner)}
        return [turned(each) for each in inner] if isinstance(inner, list) else inner

    assert json.loads(canonical(value)) == value
    assert canonical(turned(value)) == canonical(value)


def test_a_number_hashes_the_same_however_it_is_written():
    assert canonical({"n": [1.0, 1e16, -0.0, 0.5]}) == canonical({"n": [1, 10**16, 0, 0.5]})


def test_messages_system_and_contexts_each_make_another_prompt():
    keys = {
        prompt_key(user, None, []),
        prompt_key(user, "", []),
        prompt_key(user, "Be brief.", []),
        prompt_key(user, None, [{"title": "", "text": "Because."}]),
        prompt_key([*user, {"role": "assistant", "content": "So."}], None, []),
    }
    assert len(keys) == 5


def test_a_text_and_one_message_of_that_text_are_different_contents():
    assert content_key("So.", None) != content_key("So.", [{"role": "assistant", "content": "So."}])


def test_a_model_and_a_person_of_one_name_make_different_responses():
    content = content_key("So.", None)
    authors = [("model", "ann"), ("person", "ann"), ("unknown", "")]
    assert len({response_key(kind, name, content) for kind, name in authors}) == 3


def test_the_order_of_the_responses_makes_another_comparison():
    assert comparison_key([b"a" * 16, b"b" * 16]) != comparison_key([b"b" * 16, b"a" * 16])


def test_public_ids_are_version_7_and_sort_by_the_time_they_were_made():
    made = []
    for _ in range(5):
        made.append(uuid7())
        time.sleep(0.002)
    assert all(one < other for one, other in pairwise(made))
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}
    assert abs((made[-1].int >> 80) / 1000 - time.time()) < 5


def test_public_ids_made_in_one_instant_differ():
    assert len({uuid7() for _ in range(1000)}) == 1000
