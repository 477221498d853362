"""Orders of slots as one small number, for an index."""

from collections.abc import Sequence
from hashlib import blake2b

EXACT_UP_TO = 7  # 7! = 5,040 fits two bytes; 8! does not


def order_number(order: Sequence[int]) -> int:
    """The place of the permutation among all, in lexicographic order, for up to seven slots; a 15-bit hash above.

    Two long orders may share a number: what keeps their judgments apart is then the sample.
    """
    if len(order) > EXACT_UP_TO:
        return int.from_bytes(blake2b(bytes(order), digest_size=2).digest(), "big") >> 1
    left, number = sorted(order), 0
    for slot in order:
        number = number * len(left) + left.index(slot)
        left.remove(slot)
    return number
