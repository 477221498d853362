"""A prompt and its responses as one text: which token stands where, and which it sees."""

import pytest

pytest.importorskip("torch")

import torch

from synth.backends.local.batches import Group
from synth.backends.local.packing import columns_before, laid_out, seen

TWO = Group((1, 2, 3), ((4, 5), (6, 7, 8)), (0, 1))
ONE = Group((9,), ((4,), (5, 6)), (2, 3))


def test_every_response_goes_on_where_its_prompt_ends():
    ids, places, parts = laid_out([TWO, ONE])
    assert ids == [[1, 2, 3, 4, 6, 7], [9, 5, 0, 0, 0, 0]], "the last token of a response is predicted, never read"
    assert places == [[0, 1, 2, 3, 3, 4], [0, 1, 0, 0, 0, 0]]
    assert parts == [[0, 0, 0, 1, 2, 2], [0, 2, -1, -1, -1, -1]]


def test_before_the_first_token_of_each_response_is_the_end_of_the_prompt():
    assert columns_before(TWO) == [2, 3, 2, 4, 5]
    assert columns_before(ONE) == [0, 0, 1]


def test_a_response_sees_its_prompt_and_itself_and_no_other():
    added = seen(torch.tensor(laid_out([TWO])[2]), torch.float32)
    assert (added[0, 0] == 0).int().tolist() == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 0, 1, 0],
        [1, 1, 1, 0, 1, 1],
    ]


def test_padding_sees_something_so_that_its_figures_are_numbers():
    added = seen(torch.tensor(laid_out([TWO, ONE])[2]), torch.float32)
    assert (added == 0).any(-1).all()
