"""What an architecture allows, tried on the loaded model rather than kept in a list."""

from inspect import signature
from typing import Any

TOKENS = 12
# Between the same sum in another order; bfloat16 has eight bits.
TOLERANCE = {"torch.float32": 1e-4, "torch.bfloat16": 0.25, "torch.float16": 0.05}


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
    return bool((again - whole).abs().max() <= TOLERANCE.get(str(model.dtype), 1e-4) * whole.abs().max().clamp(min=1))


def keeps_some_logits(model: Any) -> bool:
    return "logits_to_keep" in signature(model.forward).parameters


def _ids(model: Any) -> Any:
    import torch

    most = int(model.config.get_text_config().vocab_size)
    return torch.tensor([[(7 * place + 3) % most for place in range(TOKENS)]], device=model.device)
