"""Log-likelihoods by a local model: over a bare loop, over whole logits, and with prompts shared and not."""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from measures import gate, print_load, print_table
from stand import home

LEAST_OF_BARE = 0.90
LEAST_OF_NAIVE = 1.0
# Prompt over response, and how much quicker a shared prompt has to be.
SHAPES = [(4.0, 2.0), (1.5, 1.2)]
RESPONSES = 8
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}


Clock = Callable[[], float]


@dataclass(frozen=True)
class Size:
    """Of the model, and of what goes through it."""

    width: int
    inner: int
    layers: int
    heads: int
    kv_heads: int
    words: int
    requests: int
    prompts: int
    response: int


QUICK = Size(64, 128, 2, 4, 2, 500, 12, 1, 8)
CPU = Size(256, 704, 4, 4, 2, 8_000, 16, 1, 40)
GPU = Size(2048, 8192, 16, 32, 8, 128_256, 512, 32, 128)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--clock",
        choices=CLOCKS,
        default="wall",
        help="processor: on a machine that is busy with other things (with OMP_NUM_THREADS=1)",
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run without gates")
    options = parser.parse_args()
    if not (find_spec("torch") and find_spec("transformers")):
        print("Skipped: it needs torch and transformers (pip install 'preferee[models]').")
        return 0
    print_load("before")
    with home() as folder:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(folder / "inductor")  # else it leaves one in the folder for files
        missed = measured(options)
    print_load("after")
    return gate([] if options.quick else missed)


def measured(options: argparse.Namespace) -> list[str]:
    import torch

    on_card = torch.cuda.is_available() and not options.quick
    size, rounds = (QUICK, 1) if options.quick else (GPU if on_card else CPU, options.rounds)
    loaded = made(size)
    parts = [against_others, prompts_shared, *([on_the_card] if on_card else [])]
    return [each for part in parts for each in part(loaded, size, CLOCKS[options.clock], rounds)]


def made(size: Size) -> Any:
    """A Llama of random weights: bfloat16 on a card, float32 elsewhere."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from synth.backends.local.loading import ready

    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=size.width,
        intermediate_size=size.inner,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.kv_heads,
        vocab_size=size.words,
        max_position_embeddings=8192,
    )
    card = torch.cuda.is_available()
    with torch.device("cuda" if card else "cpu"):
        model = LlamaForCausalLM(config).to(torch.bfloat16 if card else torch.float32).eval()
    count = sum(each.numel() for each in model.parameters())
    threads = torch.get_num_threads()
    print(f"a Llama of {count / 1e6:,.1f} million numbers, {model.dtype}, on {model.device}, {threads} threads")
    return ready(model, None, "bench")


def ids(length: int, size: Size, draws: random.Random) -> tuple[int, ...]:
    return tuple(draws.randrange(size.words) for _ in range(length))


def against_others(loaded: Any, size: Size, clock: Clock, rounds: int) -> list[str]:
    """Every request has a prompt of its own, of 1 to 4 times its response."""
    from synth.backends.local import likelihood
    from synth.backends.protocol import TokenRequest

    draws = random.Random(1)
    requests = [
        TokenRequest(ids(int(length * draws.uniform(1, 4)), size, draws), ids(length, size, draws))
        for length in (draws.randint(size.response // 2, 2 * size.response) for _ in range(size.requests))
    ]
    batches = [
        list(batch)
        for batch in likelihood.batches_apart(loaded, [(n, r.prompt, r.response) for n, r in enumerate(requests)])
    ]
    inputs = [prepared(loaded, batch) for batch in batches]
    seconds = best(
        {
            "ours": lambda: answers(loaded, requests),
            "bare loop, head on responses": lambda: [bare(loaded, *each) for each in inputs],
            "whole logits": lambda: [naive(loaded, *each) for each in inputs],
        },
        clock,
        rounds,
    )
    tokens = sum(len(each.prompt) + len(each.response) for each in requests)
    print(f"{len(requests)} requests of {tokens:,} tokens in {len(batches)} batches")
    print_table(
        ["variant", "s", "tokens/s", "ours over it"],
        [
            (name, f"{each:.3f}", f"{tokens / each:,.0f}", f"{each / seconds['ours']:.2f}")
            for name, each in seconds.items()
        ],
    )
    of_bare, of_naive = (each / seconds["ours"] for name, each in seconds.items() if name != "ours")
    missed = [f"{of_bare:.2f} of a bare loop, wanted {LEAST_OF_BARE}"] if of_bare < LEAST_OF_BARE else []
    return missed + ([f"{of_naive:.2f} of whole logits, wanted {LEAST_OF_NAIVE}"] if of_naive < LEAST_OF_NAIVE else [])


def prompts_shared(loaded: Any, size: Size, clock: Clock, rounds: int) -> list[str]:
    """Some prompts with eight responses each."""
    rows, missed = [], []
    for shape, least in SHAPES:
        requests = list(groups(shape, size))
        seconds = best(
            {
                "shared": lambda some=requests: answers(loaded, some),
                "apart": lambda some=requests: answers(loaded, some, share=False),
            },
            clock,
            rounds,
        )
        ratio = seconds["apart"] / seconds["shared"]
        rows.append(
            (
                f"{shape:g}",
                f"{seconds['shared']:.3f}",
                f"{seconds['apart']:.3f}",
                f"{ratio:.2f}",
                f"{ideal(requests, size):.2f}",
                f"{least:.1f}",
            )
        )
        if ratio < least:
            missed.append(f"a shared prompt of {shape:g} responses is {ratio:.2f} times as quick, wanted {least}")
    print_table(["prompt / response", "shared s", "apart s", "ratio", "ideal", "wanted"], rows)
    return missed


def groups(shape: float, size: Size) -> Iterator[Any]:
    from synth.backends.protocol import TokenRequest

    draws = random.Random(2)
    for _ in range(size.prompts):
        prompt = ids(int(shape * size.response), size, draws)
        for _ in range(RESPONSES):
            yield TokenRequest(prompt, ids(draws.randint(size.response * 3 // 4, size.response), size, draws))


def ideal(requests: Sequence[Any], size: Size) -> float:
    """The arithmetic apart over that together: what a machine would gain to which padding and copies are free."""
    answered = sum(len(each.response) for each in requests)
    head = 2 * size.width * size.words * answered
    apart = sum(work(size, len(each.prompt) + len(each.response)) for each in requests)
    prompts = {each.prompt for each in requests}
    once = sum(work(size, len(prompt)) for prompt in prompts)
    rest = sum(work(size, len(each.prompt) + len(each.response)) - work(size, len(each.prompt)) for each in requests)
    return (apart + head) / (once + rest + head)


def work(size: Size, length: int) -> float:
    """Operations of the trunk over so many tokens: its matrices, and attention to all before."""
    kv = size.width * size.kv_heads // size.heads
    matrices = 2 * size.layers * (2 * size.width**2 + 2 * size.width * kv + 3 * size.width * size.inner)
    return matrices * length + 2 * size.layers * size.width * length**2


def answers(loaded: Any, requests: Sequence[Any], *, share: bool = True) -> dict[int, Any]:
    from synth.backends.local import likelihood

    return dict(pair for some in likelihood.measured(loaded, requests, share=share) for pair in some)


def prepared(loaded: Any, batch: Sequence[Any]) -> tuple[Any, ...]:
    """Tensors of a batch, made before the clock runs: ids, mask, rows and columns before each token, and the tokens."""
    import torch

    texts = [prompt + response for _, prompt, response in batch]
    most = max(map(len, texts))
    rows = [row for row, (_, _, response) in enumerate(batch) for _ in response]
    columns = [len(prompt) - 1 + place for _, prompt, response in batch for place in range(len(response))]
    padded = torch.tensor([text + (0,) * (most - len(text)) for text in texts], device=loaded.device)
    mask = torch.tensor([[1] * len(text) + [0] * (most - len(text)) for text in texts], device=loaded.device)
    wanted = torch.tensor([token for _, _, response in batch for token in response], device=loaded.device)
    return padded, mask, rows, columns, wanted


def bare(loaded: Any, padded: Any, mask: Any, rows: Any, columns: Any, wanted: Any) -> list[float]:
    import torch

    with torch.inference_mode():
        states = loaded.model.model(input_ids=padded, use_cache=False).last_hidden_state
        logits = loaded.model.lm_head(states[rows, columns]).float()
        return list((logits.gather(1, wanted[:, None])[:, 0] - logits.logsumexp(1)).tolist())


def naive(loaded: Any, padded: Any, mask: Any, rows: Any, columns: Any, wanted: Any) -> list[float]:
    import torch

    with torch.inference_mode():
        logits = loaded.model(input_ids=padded, attention_mask=mask, use_cache=False).logits
        return list(logits.float().log_softmax(-1)[rows, columns, wanted].tolist())


def best(variants: dict[str, Callable[[], Any]], clock: Clock, rounds: int) -> dict[str, float]:
    """The shortest time of each, in turns, after one of each that does not count."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        for name, variant in variants.items():
            start = clock()
            variant()
            finish()
            times[name] += [clock() - start] if number else []
    return {name: min(each) for name, each in times.items()}


def finish() -> None:
    """A card works on after the call has returned."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def on_the_card(loaded: Any, size: Size, clock: Clock, rounds: int) -> list[str]:
    """Share of what the card's matrix units did in one large product."""
    import torch

    requests = list(groups(4.0, size))
    seconds = best({"apart": lambda: answers(loaded, requests, share=False)}, clock, rounds)["apart"]
    square = torch.randn(8192, 8192, dtype=torch.bfloat16, device="cuda")
    peak = 2 * 8192**3 / best({"product": lambda: square @ square}, clock, rounds)["product"]
    done = sum(work(size, len(each.prompt) + len(each.response)) for each in requests)
    done += 2 * size.width * size.words * sum(len(each.response) for each in requests)
    tokens = sum(len(each.prompt) + len(each.response) for each in requests)
    rate, share = tokens / seconds, done / seconds / peak
    print(f"{torch.cuda.get_device_name()}: {rate:,.0f} tokens/s, {share:.0%} of {peak / 1e12:,.0f} Tflop/s")
    return []


if __name__ == "__main__":
    sys.exit(main())
