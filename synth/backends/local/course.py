"""A batch of texts that grow by a token each at a time, with what the model holds of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from synth.backends.local.batches import Ids
from synth.backends.local.drawing import drawn
from synth.backends.local.loading import Loaded
from synth.backends.local.passes import prompt_inputs
from synth.backends.local.probing import keeps_some_logits
from synth.backends.local.words import Words
from synth.backends.protocol import Place

if TYPE_CHECKING:
    from synth.backends.local.writing import Writing


class Course:
    """Begins at the ends of the prompts; equal ones go through the model once where it can copy what it holds."""

    def __init__(self, loaded: Loaded, prompts: Sequence[Ids]) -> None:
        self._loaded = loaded
        different = list(dict.fromkeys(prompts)) if loaded.shares else list(prompts)
        inputs = prompt_inputs(loaded, different)
        self._mask: Any = inputs.get("attention_mask")
        self._last: Any = inputs["position_ids"][:, -1:] if self._mask is not None else None
        self._held: Any = None
        self._logits: Any = None
        self._run(**inputs)
        if loaded.shares:
            row_of = {prompt: row for row, prompt in enumerate(different)}
            self.keep([row_of[prompt] for prompt in prompts])

    def draw(self, writings: "Sequence[Writing]", words: Words) -> list[int]:
        """The next token of each, added to those that are not over. Log-probabilities are those before temperature."""
        import torch

        with torch.inference_mode():
            tokens = drawn(self._logits, writings)
            top = max(each.top for each in writings)
            likely = self._logits.log_softmax(1).topk(min(top, self._logits.shape[1])) if top else None
            own = self._logits.log_softmax(1).gather(1, tokens[:, None])[:, 0].tolist() if top else []
        ids: list[int] = tokens.tolist()
        rows = list(zip(likely.values.tolist(), likely.indices.tolist(), strict=True)) if likely is not None else []
        for row, (one, token) in enumerate(zip(writings, ids, strict=True)):
            if not one.is_over:
                one.add(token, _place(words, token, own[row], *rows[row], one.top) if one.top else None, words)
        return ids

    def keep(self, rows: Sequence[int]) -> None:
        import torch

        index = torch.tensor(rows, device=self._loaded.device)
        self._held.batch_select_indices(index)
        self._logits = self._logits[index]
        if self._mask is not None:
            self._mask, self._last = self._mask[index], self._last[index]

    def advance(self, tokens: Sequence[int]) -> None:
        import torch

        more: dict[str, Any] = {"input_ids": torch.tensor(tokens, device=self._loaded.device)[:, None]}
        if self._mask is not None:
            self._mask = torch.cat([self._mask, self._mask.new_ones(len(tokens), 1)], dim=1)
            self._last = self._last + 1
            more |= {"attention_mask": self._mask, "position_ids": self._last}
        self._run(**more)

    def _run(self, **inputs: Any) -> None:
        import torch

        model = self._loaded.model
        few = {"logits_to_keep": 1} if keeps_some_logits(model) else {}
        with torch.inference_mode():
            done = model(**inputs, **few, past_key_values=self._held, use_cache=True)
        self._held, self._logits = done.past_key_values, done.logits[:, -1].float()


def _place(
    words: Words, token: int, logprob: float, figures: Sequence[float], tokens: Sequence[int], top: int
) -> Place:
    """Of two tokens that look the same, the likelier."""
    likely: dict[str, float] = {}
    for figure, other in list(zip(figures, tokens, strict=True))[:top]:
        likely.setdefault(words.piece(other), figure)
    return Place(words.piece(token), logprob, likely)
