import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exports.splitting import normalised, split_of

ANY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


@pytest.mark.parametrize(
    "spelling", ["What is  DNA?", " what is dna? \n", "WHAT\tIS\u00a0DNA?", "Ｗｈａｔ is DNA?", "what is ＤＮＡ？"]
)
def test_spelling_case_and_white_space_do_not_make_another_prompt(spelling):
    assert normalised(spelling) == "what is dna?"


@given(ANY)
def test_normalising_twice_changes_nothing_more(text):
    assert normalised(normalised(text)) == normalised(text)


@given(ANY, st.floats(0, 1))
def test_a_prompt_is_in_one_split_however_it_is_spelt(text, share):
    spellings = [text, f"  {text}\n", text.replace(" ", "\t  "), text.casefold()]
    assert len({split_of(user(spelling), share) for spelling in spellings}) == 1


@given(st.text("abcßéΐǆ İ", min_size=1), st.floats(0, 1))
def test_capital_letters_do_not_move_a_prompt(text, share):
    once = text.upper()
    assert split_of(user(once), share) == split_of(user(once.lower().upper()), share)
    assert split_of(user(text.replace("İ", "")), share) == split_of(user(text.replace("İ", "").upper()), share)


def test_a_share_of_none_and_of_all():
    prompts = [user(f"Number {number}?") for number in range(50)]
    assert {split_of(prompt, 0) for prompt in prompts} == {"train"}
    assert {split_of(prompt, 1) for prompt in prompts} == {"test"}


def test_about_the_share_asked_for_is_in_the_test_split():
    splits = [split_of(user(f"Number {number}?"), 0.1) for number in range(3000)]
    assert 240 < splits.count("test") < 360


def test_a_larger_share_only_adds_to_the_test_split():
    prompts = [user(f"Number {number}?") for number in range(300)]
    small, large = ({at for at, p in enumerate(prompts) if split_of(p, share) == "test"} for share in (0.1, 0.3))
    assert small < large


def test_the_turns_and_their_roles_count():
    turns = [{"role": "user", "content": "a b"}, {"role": "assistant", "content": None}]
    places = {split_of(turns, share / 500) for share in range(500)}
    assert places == {"train", "test"}
    one, other = ([each for each in range(500) if split_of(t, each / 500) == "test"] for t in (turns, user("a b")))
    assert one != other
