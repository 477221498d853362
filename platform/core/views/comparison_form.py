"""The form that plans comparisons: a policy with what it draws, votes, seed, and what a judge call costs."""

from decimal import Decimal
from typing import Any

from django import forms

from core.comparing.policies import BY_SCORE, Policy
from core.comparing.wanting import CompareConfig

# Each with a sentence: who chooses should know what becomes of 8 responses.
POLICIES: dict[Policy, tuple[str, str]] = {
    "all_pairs": ("All pairs", "Every two responses of a prompt: 8 responses make 28 pairs."),
    "random_pairs": ("Random pairs", "Some pairs of each prompt, drawn by the seed."),
    "model_pairs": ("One pair a model pair", "For every two authors one pair, drawn from their responses."),
    "list": (
        "One list",
        "All responses of a prompt together, to be ranked. People are asked about pairs only.",
    ),
    "best_random": ("Best and a random one", "By a score: the best of each prompt, and a random one below it."),
    "best_worst": ("Best and worst", "By a score: the best of each prompt, and the lowest."),
}
NO_PRICE = "Price of a judge call: write an amount like 0.02."
NUMBER = ("invalid", "min_value", "max_value")
LONGEST_SEED = 2**63 - 1


class ComparisonForm(forms.Form):
    policy = forms.ChoiceField(
        choices=[(name, title) for name, (title, _) in POLICIES.items()],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose one of the policies."),
    )
    pairs = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10_000,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "Pairs a prompt: write a number from 1 to 10,000."
        ),
    )
    scorer = forms.CharField(
        required=False, max_length=200, error_messages={"max_length": "Scorer: write at most 200 characters."}
    )
    votes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=100,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "People a comparison: write a number from 0 to 100."
        ),
    )
    seed = forms.IntegerField(
        required=False,
        min_value=-LONGEST_SEED,
        max_value=LONGEST_SEED,
        error_messages=dict.fromkeys(NUMBER, "Seed: write a whole number."),
    )
    price = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=6,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"), NO_PRICE
        ),
    )

    def clean_scorer(self) -> str:
        """After the policy, which says whether it is needed."""
        scorer: str = self.cleaned_data["scorer"]
        if self.cleaned_data.get("policy") in BY_SCORE and not scorer:
            raise forms.ValidationError("This policy goes by scores: name the scorer.")
        return scorer

    @property
    def settings(self) -> dict[str, Any]:
        """What the step `compare` takes; what was left empty keeps its default. Of a valid form."""
        given = {name: self.cleaned_data[name] for name in ("policy", "pairs", "scorer", "votes", "seed")}
        return {name: value for name, value in given.items() if value not in (None, "")}

    @property
    def config(self) -> CompareConfig:
        return CompareConfig(**self.settings)

    @property
    def offered(self) -> list[tuple[str, str, str, bool]]:
        """Each policy with its title, its sentence and whether it is chosen."""
        chosen = self["policy"].value()
        return [(name, title, sentence, name == chosen) for name, (title, sentence) in POLICIES.items()]
