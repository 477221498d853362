"""How much fits: measured free memory over what a token takes by the model's shape."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

# Beyond these, larger batches are not faster.
MOST_TOKENS = {"cpu": 4096, "cuda": 131_072}
# A batch of fewer is not worth keeping free of padding.
LEAST_TOKENS = {"cpu": 256, "cuda": 8192}
# Of the memory that is free; a worker's machine has other work too.
SHARE = {"cpu": 0.25, "cuda": 0.7}
LOGITS = {"cpu": 2**24, "cuda": 2**28}
# Somebody else may have held the memory that was missing.
REGAINED = 1.05
CGROUP = Path("/sys/fs/cgroup")


@dataclass
class Footprint:
    """Bytes by token: `held` stays for as long as a text goes on, `passing` is needed while it goes through a layer.

    They are estimates. Where memory runs out all the same, `shrunk` halves what is tried next, and grows slowly again.
    """

    held: int
    passing: int
    shrunk: float = 1.0

    @classmethod
    def of(cls, model: Any, *, whole_logits: bool = False) -> "Footprint":
        shape = model.config.get_text_config()
        hidden, heads = shape.hidden_size, shape.num_attention_heads
        head = getattr(shape, "head_dim", None) or hidden // heads
        own = getattr(shape, "num_key_value_heads", None) or heads
        inner = getattr(shape, "intermediate_size", None) or 4 * hidden
        size = model.dtype.itemsize
        held = 2 * (shape.num_hidden_layers * own + 2 * heads) * head * size  # one layer's twice, while it is at work
        logits = shape.vocab_size * (size + 8) if whole_logits else 0
        return cls(held=held, passing=(8 * hidden + 3 * inner + 6 * heads * head) * size + 8 * hidden + logits)

    def rows(self, device: str, passing: int, held: int = 0) -> int:
        """How many rows fit now of which so many tokens pass through the layers and so many are held; at least 1."""
        room = SHARE[device] * self.shrunk * free_bytes(device)
        fit = int(room / (passing * self.passing + held * self.held + 1))
        return max(1, min(fit, int(MOST_TOKENS[device] * self.shrunk) // max(passing, 1)))


def free_bytes(device: str) -> int:
    if device == "cuda":
        import torch

        free, _ = torch.cuda.mem_get_info()
        return int(free + torch.cuda.memory_reserved() - torch.cuda.memory_allocated())
    return min(_free_on_machine(), _free_in_group())


def is_out_of_memory(error: BaseException) -> bool:
    import torch

    return isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error)


def unless_full(footprint: Footprint, rows: int, work: Callable[[], Result]) -> Result | None:
    """What the work on so many rows makes, or None where it ran out of memory, which is free again then."""
    try:
        made = work()
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
    else:
        footprint.shrunk = min(1.0, footprint.shrunk * REGAINED)
        return made
    forget()
    footprint.shrunk /= 2 if rows > 1 else 1  # a single row says nothing about batches
    return None


def forget() -> None:
    """Give back what nobody refers to any more."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _free_on_machine() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 2**30


def _free_in_group() -> int:
    """Under a container's limit, where there is one."""
    most, used = (_number(CGROUP / name) for name in ("memory.max", "memory.current"))
    return 2**62 if most is None or used is None else max(most - used, 2**26)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
