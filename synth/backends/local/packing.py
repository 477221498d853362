"""A prompt and all its responses as one text, in which no response sees another: one pass, and nothing is copied."""

from collections.abc import Sequence
from typing import Any

from synth.backends.local.batches import Group
from synth.backends.local.loading import Loaded

# Each token is compared with every one of the text, those that it must not see too; in longer texts that costs more
# than a second pass.
MOST_PACKED = {"cpu": 512, "cuda": 1024}
PROMPT, PADDING = 0, -1


def fits_in_one(loaded: Loaded, group: Group) -> bool:
    return group.together <= min(loaded.packs, MOST_PACKED[loaded.device.type])


def packed_states(loaded: Loaded, groups: Sequence[Group]) -> Any:
    """The state [token, width] before each response token: groups in their order, their responses in theirs."""
    import torch

    rows, columns = [], []
    for number, group in enumerate(groups):
        before = columns_before(group)
        rows += [number] * len(before)
        columns += before
    ids, places, parts = (torch.tensor(each, device=loaded.device) for each in laid_out(groups))
    more = {"position_ids": places, "attention_mask": seen(parts, loaded.model.dtype)}
    return loaded.model.base_model(input_ids=ids, use_cache=False, **more).last_hidden_state[rows, columns]


def laid_out(groups: Sequence[Group]) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """Ids, places and parts [group, token]: every response goes on where its prompt ends; padding stands at the end."""
    longest = max(group.together for group in groups)
    ids, places, parts = [], [], []
    for group in groups:
        read = [response[:-1] for response in group.responses]
        start, rest = len(group.prompt), longest - group.together
        ids.append([*group.prompt, *(token for some in read for token in some), *[0] * rest])
        places.append([*range(start), *(start + at for some in read for at in range(len(some))), *[0] * rest])
        own = (number for number, some in enumerate(read, start=PROMPT + 1) for _ in some)
        parts.append([*[PROMPT] * start, *own, *[PADDING] * rest])
    return ids, places, parts


def columns_before(group: Group) -> list[int]:
    """Where the state before each response token stands: before the first one, it is the end of the prompt."""
    found, at = [], len(group.prompt)
    for response in group.responses:
        found += [len(group.prompt) - 1, *range(at, at + len(response) - 1)]
        at += len(response) - 1
    return found


def seen(parts: Any, dtype: Any) -> Any:
    """What is added to attention [group, 1, token, token seen]: nothing within a part and for its prompt.

    Numbers rather than yes and no: not every way of attending reads those.
    """
    import torch

    length = parts.shape[1]
    before = torch.ones(length, length, dtype=torch.bool, device=parts.device).tril()
    own = (parts[:, :, None] == parts[:, None]) | (parts[:, None] == PROMPT)
    hidden = torch.zeros(own.shape, dtype=dtype, device=parts.device)
    return hidden.masked_fill_(~(own & before), torch.finfo(dtype).min)[:, None]
