"""Tokens through a model's trunk, and from its states to log-probabilities."""

from collections.abc import Sequence
from typing import Any

from synth.backends.local.batches import Ids
from synth.backends.local.loading import Loaded
from synth.backends.local.memory import LOGITS
from synth.backends.local.probing import keeps_some_logits


def states_of(loaded: Loaded, rows: Sequence[Ids], first: int) -> Any:
    """States [row, place, width] from the place `first` on, or logits where the head cannot be run alone.

    Padding stands at the end, where a causal model's tokens do not see it; so no mask is needed.
    """
    ids = _padded(loaded, rows)
    if loaded.projects:
        return loaded.model.base_model(input_ids=ids, use_cache=False).last_hidden_state[:, first:]
    if keeps_some_logits(loaded.model):
        return loaded.model(input_ids=ids, use_cache=False, logits_to_keep=ids.shape[1] - first).logits
    return loaded.model(input_ids=ids, use_cache=False).logits[:, first:]


def first_states(loaded: Loaded, prompts: Sequence[Ids]) -> tuple[Any, Any]:
    """The state at the end of each prompt [prompt, width], and what the model holds of them."""
    done = loaded.model.base_model(**prompt_inputs(loaded, prompts), use_cache=True)
    return done.last_hidden_state[:, -1], done.past_key_values


def further_states(loaded: Loaded, held: Any, prompts: Sequence[Ids], of: Sequence[int], rows: Sequence[Ids]) -> Any:
    """States [row, place, width] of texts that go on after prompt number `of`, whose states are `held` and used up."""
    import torch

    held.batch_select_indices(torch.tensor(of, device=loaded.device))
    ids = _padded(loaded, rows)
    more: dict[str, Any] = {}
    lengths = torch.tensor([len(prompts[number]) for number in of], device=loaded.device)
    longest = max(map(len, prompts))
    if bool((lengths != longest).any()):
        before = torch.arange(longest, device=loaded.device)[None] >= (longest - lengths)[:, None]
        more["attention_mask"] = torch.cat([before, before.new_ones(ids.shape)], dim=1).long()
        more["position_ids"] = lengths[:, None] + torch.arange(ids.shape[1], device=loaded.device)[None]
    done = loaded.model.base_model(input_ids=ids, past_key_values=held, use_cache=True, **more)
    return done.last_hidden_state


def prompt_inputs(loaded: Loaded, prompts: Sequence[Ids]) -> dict[str, Any]:
    """Padded at the front, so that all end at the same place; masked only where that padding is."""
    import torch

    longest = max(map(len, prompts))
    ids = torch.tensor([(0,) * (longest - len(prompt)) + prompt for prompt in prompts], device=loaded.device)
    if all(len(prompt) == longest for prompt in prompts):
        return {"input_ids": ids}
    lengths = torch.tensor([len(prompt) for prompt in prompts], device=loaded.device)
    mask = (torch.arange(longest, device=loaded.device)[None] >= (longest - lengths)[:, None]).long()
    return {"input_ids": ids, "attention_mask": mask, "position_ids": (mask.cumsum(1) - 1).clamp(min=0)}


def told(loaded: Loaded, states: Any, wanted: Sequence[int]) -> list[float]:
    """Log-probability in nats of each wanted token, from the state before it; float32, some rows at a time."""
    import torch

    tokens: Any = torch.tensor(wanted, device=loaded.device)
    head = loaded.model.get_output_embeddings() if loaded.projects else None
    rows = max(1, LOGITS[loaded.device.type] // loaded.vocabulary)
    parts = []
    for some, those in zip(states.split(rows), tokens.split(rows), strict=True):
        logits = (head(some) if head is not None else some).float()
        parts.append(logits.gather(1, those[:, None])[:, 0] - logits.logsumexp(1))
    found: list[float] = torch.cat(parts).tolist()
    return found


def _padded(loaded: Loaded, rows: Sequence[Ids]) -> Any:
    import torch

    longest = max(map(len, rows))
    return torch.tensor([row + (0,) * (longest - len(row)) for row in rows], device=loaded.device)
