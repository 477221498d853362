"""How far people and judges agree on pairs, each figure with a 95 % interval resampled by prompt.

People with people, judges with people and judges with judges are three questions; pooling them answers none. Both bad
counts as a tie. Gold is neither a person nor a judge here: leave it out of the verdicts.
"""

import numpy as np

from core.labels.bootstrap import DRAWS, Estimate, Resamples, ratio
from core.labels.chance import cohen_kappa, cohen_kappas, coincidences, krippendorff_alpha, krippendorff_alphas
from core.labels.figures import (
    FEW_UNITS,
    KAPPA_UNITS,
    NO_SIDES,
    ONE_ANSWER,
    TWO_JUDGES,
    TWO_PEOPLE,
    JudgeAgreement,
    JudgesAgreement,
    PairKappa,
    PeopleAgreement,
)
from core.labels.judging import judge_with_people
from core.labels.pairing import Paired, comparison_units, meetings, pair_sums, pair_up, sample_units
from core.labels.verdicts import Floats, Verdicts, sums

__all__ = [
    "Estimate",
    "JudgeAgreement",
    "JudgesAgreement",
    "PairKappa",
    "PeopleAgreement",
    "Verdicts",
    "judge_with_people",
    "judges",
    "people",
]


def people(verdicts: Verdicts, *, draws: int = DRAWS, seed: int = 0) -> PeopleAgreement:
    """Agreement between people; the unit is (comparison, sample).

    Percentages are over pairs of votes by different people in a unit, untied where neither tied. Cohen's kappa is the
    mean over pairs of people with at least 20 units in common, weighted by those units. Krippendorff's alpha is nominal
    over the three choices (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability).

    Raises ValueError when a person has two verdicts in a unit, since people's repeats differ in `sample`.
    """
    paired = pair_up(verdicts, sample_units(verdicts))
    if not (paired.weight == 1).all():
        raise ValueError("A person has two verdicts on one comparison and sample. Number a person's repeats in sample.")
    resamples = Resamples(paired.prompts, draws, seed)
    percent, untied = _percentages(paired, resamples, TWO_PEOPLE)
    kappa, pairs = _kappas(paired, resamples)
    return PeopleAgreement(
        percent=percent,
        percent_untied=untied,
        cohen_kappa=kappa,
        krippendorff_alpha_nominal=_alpha(paired, resamples),
        pairs=pairs,
        n_pairs=percent.n,
        n_units=paired.units,
        n_people=len(paired.judges),
        n_prompts=paired.prompts,
    )


def judges(verdicts: Verdicts, *, draws: int = DRAWS, seed: int = 0) -> JudgesAgreement:
    """Agreement between judges; the unit is the comparison, and a judge's orders and samples share its one voice."""
    paired = pair_up(verdicts, comparison_units(verdicts))
    percent, untied = _percentages(paired, Resamples(paired.prompts, draws, seed), TWO_JUDGES)
    return JudgesAgreement(
        percent=percent,
        percent_untied=untied,
        n_pairs=percent.n,
        n_comparisons=paired.units,
        n_judges=len(paired.judges),
        n_prompts=paired.prompts,
    )


def _percentages(paired: Paired, resamples: Resamples, nobody: str) -> tuple[Estimate, Estimate]:
    by_unit = pair_sums(paired)
    agreeing, pairs, agreeing_untied, untied = by_unit.sum(0)
    drawn = resamples.sums(sums(by_unit, paired.prompt, paired.prompts))
    sided = NO_SIDES if paired.units else nobody
    return (
        resamples.estimate(ratio(agreeing, pairs), ratio(drawn[:, 0], drawn[:, 1]), round(pairs), nobody),
        resamples.estimate(ratio(agreeing_untied, untied), ratio(drawn[:, 2], drawn[:, 3]), round(untied), sided),
    )


def _alpha(paired: Paired, resamples: Resamples) -> Estimate:
    counts = paired.counts
    drawn = krippendorff_alphas(resamples.sums(sums(coincidences(counts), paired.prompt, paired.prompts)))
    undefined = ONE_ANSWER if paired.units else TWO_PEOPLE
    return resamples.estimate(krippendorff_alpha(counts), drawn, paired.units, undefined)


def _kappas(paired: Paired, resamples: Resamples) -> tuple[Estimate, tuple[PairKappa, ...]]:
    met = meetings(paired, KAPPA_UNITS)
    confusions = met.confusions()
    kappas, units = np.array([cohen_kappa(cells) for cells in confusions]), confusions.sum(1)
    drawn, drawn_units = np.empty((2, resamples.draws, len(units)))
    for draw, weight in enumerate(resamples):
        drawn_confusions = met.confusions(weight)
        drawn[draw], drawn_units[draw] = cohen_kappas(drawn_confusions), drawn_confusions.sum(1)
    pairs = tuple(
        PairKappa(int(first), int(second), resamples.estimate(kappa, by_draw, int(n), ONE_ANSWER))
        for (first, second), kappa, by_draw, n in zip(paired.judges[met.pairs], kappas, drawn.T, units, strict=True)
    )
    undefined = ONE_ANSWER if pairs else FEW_UNITS if paired.units else TWO_PEOPLE
    mean = resamples.estimate(_mean(kappas, units), _mean(drawn, drawn_units), int(units.sum()), undefined)
    return mean, pairs


def _mean(kappas: Floats, units: Floats) -> Floats:
    """The mean over pairs of people (last axis), weighted by units, of the kappas that are defined."""
    weight = np.where(np.isnan(kappas), 0, units)
    return ratio((np.nan_to_num(kappas) * weight).sum(-1), weight.sum(-1))
