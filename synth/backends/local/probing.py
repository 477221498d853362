"""What an architecture allows, tried on the loaded model rather than kept in a list."""

import re
from inspect import signature
from sys import maxsize
from typing import Any

TOKENS = 12
# Between the same sum in another order; bfloat16 has eight bits.
TOLERANCE = {"torch.float32": 1e-4, "torch.bfloat16": 0.25, "torch.float16": 0.05}
# How configurations call the distance beyond which their tokens see nothing.
WINDOW = re.compile(r"(window|window_size|window_len|chunk_size|local_attention)$")


def head_alone_tells(model: Any) -> bool:
    """Whether the head over the trunk's states gives the very logits of the whole model.

    It does not where logits are scaled or capped after it; those models are run whole.
    """
    import torch

    trunk, head = model.base_model, model.get_output_embeddings()
    if trunk is model or head is None:
        return False
    ids = _ids(model)
    with torch.inference_mode():
        whole = model(input_ids=ids, use_cache=False).logits
        states = getattr(trunk(input_ids=ids, use_cache=False), "last_hidden_state", None)
        return states is not None and bool(torch.equal(head(states).float(), whole.float()))


def prompt_can_be_shared(model: Any) -> bool:
    """Whether what is held of a prompt can be copied for two continuations and gives what both give alone."""
    import torch

    ids = _ids(model)
    half = TOKENS // 2
    with torch.inference_mode():
        whole = model(input_ids=ids, use_cache=False).logits[:, half:].float()
        held: Any = getattr(model(input_ids=ids[:, :half], use_cache=True), "past_key_values", None)
        if not hasattr(held, "batch_select_indices"):
            return False
        held.batch_select_indices(torch.zeros(2, dtype=torch.long, device=model.device))
        try:
            again = model(input_ids=ids[:, half:].expand(2, -1), past_key_values=held, use_cache=True).logits.float()
        except (RuntimeError, ValueError, IndexError):
            return False
    return _agree(model, again, whole)


def most_packed(model: Any) -> int:
    """How many tokens a prompt and continuations that do not see each other may have as one text; 0 where they do.

    Where tokens see only so far, what counts is the distance in that text, so it may be no longer than that.
    """
    import torch

    ids, (start, end) = _ids(model), (TOKENS // 2, 3 * TOKENS // 4)
    mask = torch.full((TOKENS, TOKENS), torch.finfo(model.dtype).min, dtype=model.dtype, device=model.device).triu(1)
    mask[end:, start:end] = mask[0, -1]
    places = torch.tensor([[*range(end), *range(start, TOKENS - end + start)]], device=model.device)
    more = {"attention_mask": mask[None, None], "position_ids": places}
    with torch.inference_mode():
        alone = model(input_ids=torch.cat([ids[:, :start], ids[:, end:]], dim=1), use_cache=False).logits[:, start:]
        try:
            packed = model(input_ids=ids, **more, use_cache=False).logits[:, end:]
        except (RuntimeError, ValueError, IndexError, TypeError):
            return 0
    return _window(model) if _agree(model, packed.float(), alone.float()) else 0


def _agree(model: Any, one: Any, other: Any) -> bool:
    most = TOLERANCE.get(str(model.dtype), 1e-4) * other.abs().max().clamp(min=1)
    return bool((one - other).abs().max() <= most)


def _window(model: Any) -> int:
    said = model.config.get_text_config().to_dict().items()
    windows = [value for name, value in said if WINDOW.search(name) and value]
    return min((value for value in windows if isinstance(value, int)), default=maxsize)


def keeps_some_logits(model: Any) -> bool:
    return "logits_to_keep" in signature(model.forward).parameters


def _ids(model: Any) -> Any:
    import torch

    most = int(model.config.get_text_config().vocab_size)
    return torch.tensor([[(7 * place + 3) % most for place in range(TOKENS)]], device=model.device)
