"""The form of a judge's configuration. What does not fit its method is hidden by the stylesheet, and left out here."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from core.models import Project
from synth.judges.choices import Choice, endpoints_for, prompts_for, rubrics_for
from synth.judges.configuration import JudgeConfiguration
from synth.views.grouped import Grouped, choice, number, switch, words

METHODS = {
    "pairwise": "Pairwise: two side by side",
    "pointwise": "Pointwise: each one alone",
    "listwise": "Listwise: all put in order",
    "principles": "Principles first, then scores",
}
# Settings that mean something for these methods alone; the others are for all.
ONLY: Mapping[str, tuple[str, ...]] = {
    **{f"prompt_{method}": (method,) for method in METHODS},
    "scale": ("pairwise",),
    "soft": ("pairwise",),
    "average": ("pairwise",),
    "shuffles": ("listwise", "principles"),
    "tie_band": ("pointwise", "principles"),
}
SCALES = {"verdict": "A, B or a tie", "five_points": "Five points, from much better to much worse"}
SOFTS = {"none": "None", "logprobs": "Log-probabilities of the verdict", "votes": "Share of the samples"}
AVERAGES = {"probabilities": "Mean of the probabilities", "logits": "Mean of the logits"}


def setting(name: str, label: str, help_text: str, **options: Any) -> forms.Field:
    """A number that starts as it does where nobody sets it."""
    return number(label, help_text, initial=f"{JudgeConfiguration.model_fields[name].default:g}", **options)


class JudgeForm(Grouped, forms.Form):
    """With a name only where the judge is new: its versions share it."""

    groups = (
        ("The judge", ("name", "method", "endpoint")),
        ("What it is told", (*(f"prompt_{method}" for method in METHODS), "rubric", "reference")),
        ("What it says", ("scale", "soft", "average", "tie_band")),
        ("How often it is asked", ("samples", "shuffles", "reasks")),
        ("How it writes", ("temperature", "top_p", "max_tokens", "seed")),
    )
    name = words("Name", "Like strict-70b. Its versions share it.", longest=100)
    method = choice(
        "Method",
        METHODS.items(),
        "How it sees the responses of a comparison; two side by side always in both orders.",
        initial="pairwise",
    )
    endpoint = choice("Endpoint", (), "Which model judges. Staff add others.")
    rubric = choice("Rubric", (), "Criteria that it rates by.", required=False)
    reference = switch("Reference answer", "Show it, and judge only prompts that have one.")
    scale = choice("Verdict", SCALES.items(), "Five points tell how much better, too.", initial="verdict")
    soft = choice("Probability", SOFTS.items(), "Beside the verdict: that one beats the other.", initial="none")
    average = choice("Over both orders", AVERAGES.items(), "The logits cancel a position bias.", required=False)
    tie_band = setting("tie_band", "Tie band", "Scores that differ by no more tie.", least=0, most=1_000, whole=False)
    samples = setting("samples", "Samples", "How often each order is asked. Several need a temperature.", most=32)
    shuffles = setting("shuffles", "Orders", "In how many orders the responses are shown.", most=16)
    reasks = setting("reasks", "Asked again", "How often, where a reply cannot be read.", least=0, most=3)
    temperature = setting("temperature", "Temperature", "0: the likeliest words.", least=0, most=2, whole=False)
    top_p = setting("top_p", "Top p", "Share of the likeliest tokens.", least=0.001, most=1, whole=False)
    max_tokens = setting("max_tokens", "Longest reply", "In tokens. One that is cut off is unreadable.", most=32_768)
    seed = setting("seed", "Seed", "Decides orders, and what a server draws.", least=0, most=2**31 - 1)

    def __init__(
        self, *args: Any, project: Project, configuration: JudgeConfiguration | None = None, **kwargs: Any
    ) -> None:
        kept = {} if configuration is None else _initial(configuration)
        super().__init__(*args, initial=kept, **kwargs)
        if configuration is not None:
            del self.fields["name"]
        self._offer("endpoint", endpoints_for(project), kept)
        self._offer("rubric", [("", "Only where it is needed: the built-in one"), *rubrics_for(project)], kept)
        for method, found in prompts_for(project).items():
            name = f"prompt_{method}"
            self.fields[name] = choice("Prompt", (), "What it is told to do.", required=False)
            self._dress(name, self.fields[name])
            self._offer(name, [("", "The built-in one"), *found], kept)
        for name, methods in ONLY.items():
            self.fields[name].fits = "".join(f" for-{method}" for method in methods)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What is wrong with a setting that does not fit the method is nobody's concern."""
        said = self.cleaned_data
        for name in [name for name in self.errors if not _fits(name, said.get("method", ""))]:
            del self.errors[name]
        return said

    @property
    def configuration(self) -> JudgeConfiguration:
        """Of a valid form."""
        said, method = self.cleaned_data, self.cleaned_data["method"]
        known = JudgeConfiguration.model_fields
        fitting = {name: value for name, value in said.items() if name in known and _fits(name, method)}
        if fitting.get("soft") != "logprobs":
            fitting.pop("average", None)
        return JudgeConfiguration(**{**fitting, "prompt": said[f"prompt_{method}"]})

    def _offer(self, name: str, offered: Iterable[Choice], kept: Mapping[str, Any]) -> None:
        """And what the judge has, where that is no longer the newest."""
        choices, has = list(offered), str(kept.get(name, ""))
        if has and has not in dict(choices):
            choices.append((has, has))
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def _fits(name: str, method: str) -> bool:
    return method in ONLY.get(name, (method,))


def _initial(configuration: JudgeConfiguration) -> dict[str, Any]:
    said = configuration.model_dump()
    plain = {name: f"{value:g}" if isinstance(value, float) else value for name, value in said.items()}
    return {**plain, f"prompt_{configuration.method}": configuration.prompt}
