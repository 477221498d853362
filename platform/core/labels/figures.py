"""What the agreement of people and judges is reported as."""

from dataclasses import dataclass

from core.labels.bootstrap import Estimate

KAPPA_UNITS = 20

TWO_PEOPLE = "Needs 2 people on the same comparison."
TWO_JUDGES = "Needs 2 judges on the same comparison."
JUDGE_AND_PERSON = "Needs the judge and a person on the same comparison."
NO_SIDES = "Needs 2 votes on the same comparison that are no ties."
NO_SIDE = "Needs a person's vote that is no tie."
FEW_UNITS = f"Needs 2 people with {KAPPA_UNITS} comparisons in common."
ONE_ANSWER = "Not defined while only one answer occurs."


@dataclass(frozen=True, slots=True)
class PairKappa:
    """Cohen's kappa of two people, by id; its `n` is the units they have in common."""

    first: int
    second: int
    cohen_kappa: Estimate


@dataclass(frozen=True, slots=True)
class PeopleAgreement:
    """People with people. `n` is pairs of votes for the percentages and for kappa, units for alpha."""

    percent: Estimate
    percent_untied: Estimate
    cohen_kappa: Estimate
    krippendorff_alpha_nominal: Estimate
    pairs: tuple[PairKappa, ...]
    n_pairs: int
    n_units: int
    n_people: int
    n_prompts: int


@dataclass(frozen=True, slots=True)
class JudgeAgreement:
    """One judge with people. `n` is people's votes; for `percent_untied`, those of them that chose a side."""

    percent: Estimate
    percent_untied: Estimate
    cohen_kappa: Estimate
    judge_ties: Estimate
    n_votes: int
    n_untied: int
    n_comparisons: int
    n_prompts: int


@dataclass(frozen=True, slots=True)
class JudgesAgreement:
    """Judges with judges. `n` is pairs of judges on a comparison; a pair counts once however often either repeated."""

    percent: Estimate
    percent_untied: Estimate
    n_pairs: int
    n_comparisons: int
    n_judges: int
    n_prompts: int
