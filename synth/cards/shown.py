"""A card as its page shows it: rates with names, tables, and the judge in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.rates import Rate
from core.charts.reliability import Bin
from core.models import Judge, JudgeKind
from synth.cards.probes import IDENTICAL, INJECTIONS, PROBES
from synth.cards.standing import is_certified
from synth.cards.withstanding import ALL

Figures = Mapping[str, Any]
LONGEST = "“longest”"
RATES = {
    "accuracy": "Accuracy",
    "consistent_accuracy": "Accuracy where it is consistent",
    "coverage": "Speaks with one voice",
    "flips": "Flips with the order",
    "first_position": "Prefers what is shown first",
    "longer": "Prefers the longer",
    "longer_in_gold": "The longer is right, in gold",
    "unreadable": "Replies that cannot be read",
}
ORDERS = ("Accuracy in the first order alone", "Accuracy in the second order alone")
KIN = {
    "shared": "Accuracy where a response is of its family",
    "other": "Accuracy where none is",
    "own_picked": "Prefers the one of its family",
    "own_right": "The one of its family is right, in gold",
}
METHODS = {
    "pairwise": "Compares two responses, in both orders",
    "pointwise": "Rates each response by itself",
    "listwise": "Ranks all responses, in several orders",
    "principles": "Writes principles for the prompt, then scores by them",
}
KINDS = {JudgeKind.AI: "Model", JudgeKind.RULE: "Rule", JudgeKind.METRIC: "Metric"}
SCALES = {"verdict": "A, B or a tie", "five_points": "Five points, from much better to much worse"}
SOFT = {"logprobs": "From the probabilities of the verdict’s tokens", "votes": "The share of its samples"}


@dataclass(frozen=True, slots=True)
class Shown:
    """All of a card that is drawn or listed."""

    figures: Figures

    @property
    def accuracy(self) -> Rate:
        return rate_of("Accuracy", self.figures["accuracy"])

    @property
    def longest(self) -> Rate:
        return rate_of(LONGEST, self.figures["longest"])

    @property
    def is_certified(self) -> bool:
        return is_certified(self.figures)

    @property
    def rates(self) -> list[Rate]:
        own = {name: rate_of(text, self.figures[name]) for name, text in RATES.items()}
        orders = [rate_of(text, of) for text, of in zip(ORDERS, self.figures["readings"], strict=False)]
        first, *others = own.values()
        return [first, *(orders if len(orders) == 2 else []), *others]

    @property
    def probes(self) -> list[Rate]:
        return [rate_of(_capital(name), self.figures["probes"][name]) for name in (*PROBES, IDENTICAL)]

    @property
    def injections(self) -> list[Rate]:
        """All together first."""
        told = self.figures["injections"]
        return [rate_of("All ten", told[ALL]), *(rate_of(_capital(name), told[name]) for name in INJECTIONS)]

    @property
    def was_tried(self) -> bool:
        return any(rate.n for rate in (*self.probes, *self.injections))

    @property
    def family(self) -> str:
        return str(self.figures["families"]["family"])

    @property
    def kin(self) -> list[Rate]:
        return [rate_of(text, self.figures["families"][name]) for name, text in KIN.items()]

    @property
    def bins(self) -> list[Bin]:
        return [
            Bin(
                each["low"],
                each["high"],
                each["n"],
                each["predicted"],
                *(each["right"][name] for name in ("value", "low", "high")),
            )
            for each in self.figures["calibration"]["bins"]
        ]

    @property
    def calibration(self) -> list[Rate]:
        named = {"ece": "Expected calibration error", "brier": "Brier score"}
        return [rate_of(text, self.figures["calibration"][name]) for name, text in named.items()]

    @property
    def cost(self) -> Rate:
        return rate_of("Cost of 1,000 comparisons", self.figures["cost"])

    @property
    def seconds(self) -> Rate:
        return rate_of("Time of 1,000 comparisons", self.figures["seconds"])


def rate_of(name: str, plain: Mapping[str, Any]) -> Rate:
    return Rate(name, plain["value"], plain["low"], plain["high"], plain["n"], plain.get("reason", ""))


def in_words(judge: Judge) -> list[tuple[str, str]]:
    """What the judge is: names of settings with what they say, none that says nothing."""
    config = judge.config
    if "method" not in config:
        told = {
            "Kind": KINDS.get(JudgeKind(judge.kind), ""),
            "Family": judge.family,
            "Signature": config.get("signature", ""),
        }
        return [(name, str(text)) for name, text in told.items() if text]
    pinned = config.get("pinned") or {}
    told = {
        "How it judges": METHODS.get(config["method"], config["method"]),
        "Endpoint": config.get("endpoint", ""),
        "Model": _model(pinned) or "as the endpoint serves it when it first runs",
        "Family": judge.family,
        "Prompt": config.get("prompt") or "the built-in one",
        "Rubric": config.get("rubric", ""),
        "Reference answer": "shown" if config.get("reference") else "",
        "Verdict": SCALES.get(config.get("scale", ""), "") if config["method"] == "pairwise" else "",
        "Probability": SOFT.get(config.get("soft", ""), ""),
        "Sampling": _sampling(config),
        "Asked again": _asked_again(config.get("reasks", 0)),
    }
    return [(name, str(text)) for name, text in told.items() if text]


def _model(pinned: Mapping[str, Any]) -> str:
    return f"{pinned['model']}, revision {pinned['revision']}" if pinned.get("model") else ""


def _asked_again(times: int) -> str:
    often = {0: "", 1: "once"}.get(times, f"up to {times} times")
    return often and f"{often} where it cannot be read"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sampling(config: Mapping[str, Any]) -> str:
    samples = config.get("samples", 1)
    often = "once each order" if samples == 1 else f"{samples} times each order"
    return f"{often}, temperature {config.get('temperature', 0):g}, at most {config.get('max_tokens', 0):,} tokens"


def differences(first: Shown, second: Shown) -> Sequence[tuple[Rate, Rate]]:
    """The rates of two cards, one beside the other."""
    by_name = {rate.name: rate for rate in second.rates}
    return [(rate, by_name[rate.name]) for rate in first.rates if rate.name in by_name]
