"""Models that are held in memory: at most two, which is what a density ratio needs."""

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import PrefereeError
from core.runs.steps import PermanentError
from synth.backends.folders import OFFLINE, existing_folder, first_line, tokenizer_of, transformers_for
from synth.backends.local.memory import Footprint, forget, is_out_of_memory
from synth.backends.local.probing import head_alone_tells, most_packed, prompt_can_be_shared
from synth.backends.revision import revision_of
from synth.targets import Target

KEPT = 2
# What `revision_of` makes; anything else is a name that staff gave.
PINNED = re.compile(r"[0-9a-f]{16}")
_held: "OrderedDict[tuple[str, str], Loaded]" = OrderedDict()


@dataclass(eq=False)
class Loaded:
    """A model and what it can do. Used by one thread at a time.

    `projects`: its trunk and head can be run apart, so that only some positions become logits. `shares`: what it holds
    of a prompt can be copied for several responses. `packs`: how many tokens of a prompt and its responses may go
    through as one text, 0 for none. `limit` is how many tokens it takes, None where it does not say.
    """

    name: str
    model: Any
    tokenizer: Any
    footprint: Footprint
    limit: int | None
    projects: bool
    shares: bool
    packs: int

    @property
    def device(self) -> Any:
        return self.model.device

    @property
    def vocabulary(self) -> int:
        return int(self.model.get_input_embeddings().weight.shape[0])


def loaded(target: Target) -> Loaded:
    """The target's model. Raises PermanentError, which says what is missing or wrong.

    Only to be called in the thread that all models are used in.
    """
    transformers_for(target.name)
    folder = existing_folder(target.name, target.model)
    revision = revision_of(folder)
    if PINNED.fullmatch(target.revision) and target.revision != revision:
        raise PermanentError(
            f"The files of {target.name} in {folder} changed since the run began ({target.revision} then, {revision} "
            "now), so its figures would mix two models. Put the old files back, or start a new run."
        )
    key = str(folder.resolve()), revision
    if key not in _held:
        while len(_held) >= KEPT:
            let_go()
        _held[key] = _load(target, folder)
    _held.move_to_end(key)
    limit = min(filter(None, (_held[key].limit, target.context)), default=None)
    return replace(_held[key], name=target.name, tokenizer=tokenizer_of(target), limit=limit)


def foreign(loaded: Loaded, ids: tuple[int, ...]) -> PrefereeError | None:
    if max(ids) < loaded.vocabulary:
        return None
    return PrefereeError(f"The tokenizer makes tokens that {loaded.name} does not know: it is another model's.")


def let_go() -> None:
    """Of the model that was not used for longest."""
    _held.popitem(last=False)
    forget()


def _load(target: Target, folder: Path) -> Loaded:
    try:
        model, missing = _read(folder)
    except (OSError, ValueError, KeyError, TypeError, ImportError, AttributeError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise PermanentError(f"The model in {folder} does not fit into the memory that is free.") from error
        raise PermanentError(
            f"{target.name}: no language model can be read from {folder}: {first_line(error)} Its weights have to be "
            "safetensors, and no code from the folder is run."
        ) from error
    if missing:
        raise PermanentError(f"The weights in {folder} are not all there: {', '.join(sorted(missing)[:3])} is missing.")
    if not getattr(model.config.get_text_config(), "num_attention_heads", None):
        raise PermanentError(
            f"{target.name} is a {model.config.model_type} model, which has no attention: let a server run it, and "
            "make that an endpoint."
        )
    return ready(model, tokenizer_of(target), target.name)


def ready(model: Any, tokenizer: Any, name: str) -> Loaded:
    """A model in memory, with what it allows tried out."""
    projects = head_alone_tells(model)
    return Loaded(
        name=name,
        model=model,
        tokenizer=tokenizer,
        footprint=Footprint.of(model, whole_logits=not projects),
        limit=getattr(model.config.get_text_config(), "max_position_embeddings", None),
        projects=projects,
        shares=prompt_can_be_shared(model),
        packs=most_packed(model),
    )


def _read(folder: Path) -> tuple[Any, set[str]]:
    """The model and which weights it lacks, which would be random ones.

    On the graphics card in bfloat16 where there is one; where it is full, without the models held there before.
    """
    import torch
    import transformers

    said: Any = transformers.utils.logging
    said.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    auto: Any = transformers.AutoModelForCausalLM
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    while True:
        try:
            model, told = auto.from_pretrained(
                str(folder), dtype=dtype, use_safetensors=True, output_loading_info=True, **OFFLINE
            )
            return model.to(device).eval(), set(told["missing_keys"])
        except RuntimeError as error:
            if not is_out_of_memory(error) or not _held:
                raise
        let_go()
