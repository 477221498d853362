"""What the machines keep beside the shared nouns, one file each."""

from synth.models.card import Card, Trial
from synth.models.endpoint import Allowance, Endpoint, Kind
from synth.models.judge_prompt import JudgePrompt
from synth.models.reply import StoredReply
from synth.models.requirement import Requirement
from synth.models.sample import Sample, Sampler
from synth.models.scorer import Scorer, Trace

__all__ = [
    "Allowance",
    "Card",
    "Endpoint",
    "JudgePrompt",
    "Kind",
    "Requirement",
    "Sample",
    "Sampler",
    "Scorer",
    "StoredReply",
    "Trace",
    "Trial",
]
