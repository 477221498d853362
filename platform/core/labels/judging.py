"""How far one judge agrees with people."""

import numpy as np

from core.labels.bootstrap import DRAWS, Estimate, Resamples, ratio
from core.labels.chance import cohen_kappa, cohen_kappas
from core.labels.figures import JUDGE_AND_PERSON, NO_SIDE, ONE_ANSWER, JudgeAgreement
from core.labels.verdicts import CHOICES, Floats, Ints, Verdicts, codes, shares, sums

# Cells of a confusion matrix whose rows are people's choices and whose columns are the judge's.
AGREE, AGREE_UNTIED, UNTIED, JUDGE_TIES = [0, 4, 8], [0, 4], [0, 1, 2, 3, 4, 5], [2, 5, 8]


def judge_with_people(
    judge_verdicts: Verdicts, people_verdicts: Verdicts, *, draws: int = DRAWS, seed: int = 0
) -> JudgeAgreement:
    """Agreement of one judge with people, over every person's vote on the comparisons that the judge judged.

    Each vote weighs 1 and meets all verdicts of the judge on its comparison, each with weight 1 / their number.
    `percent_untied` is over votes that are no tie; there a judge's tie is a miss. `judge_ties` is the share of ties
    in the judge's verdicts under the same weights.

    Raises ValueError when the verdicts come from more than one judge.
    """
    if len(np.unique(judge_verdicts.judge)) > 1:
        raise ValueError("The judge's verdicts come from more than one judge. Measure one judge at a time.")
    votes, confusion, prompt = _confusions(judge_verdicts, people_verdicts)
    prompts = int(prompt.max(initial=-1)) + 1
    resamples = Resamples(prompts, draws, seed)
    total = confusion.sum(0)
    drawn = resamples.sums(sums(confusion, prompt, prompts))
    n_votes, n_untied = int(votes.sum()), int(votes[:, :2].sum())

    def share(part: list[int], whole: list[int] | slice, n: int, undefined: str) -> Estimate:
        value = ratio(total[part].sum(), total[whole].sum())
        by_draw = ratio(drawn[:, part].sum(1), drawn[:, whole].sum(1))
        return resamples.estimate(float(value), by_draw, n, undefined if n_votes else JUDGE_AND_PERSON)

    return JudgeAgreement(
        percent=share(AGREE, slice(None), n_votes, JUDGE_AND_PERSON),
        percent_untied=share(AGREE_UNTIED, UNTIED, n_untied, NO_SIDE),
        cohen_kappa=resamples.estimate(
            cohen_kappa(total), cohen_kappas(drawn), n_votes, ONE_ANSWER if n_votes else JUDGE_AND_PERSON
        ),
        judge_ties=share(JUDGE_TIES, slice(None), n_votes, JUDGE_AND_PERSON),
        n_votes=n_votes,
        n_untied=n_untied,
        n_comparisons=len(votes),
        n_prompts=prompts,
    )


def _confusions(judge: Verdicts, people: Verdicts) -> tuple[Floats, Floats, Ints]:
    """By shared comparison: people's votes (k, 3), the cells of votes by verdicts (k, 9), the prompt's number (k,)."""
    shared = np.intersect1d(judge.comparison, people.comparison)
    voted, judged = np.isin(people.comparison, shared), np.isin(judge.comparison, shared)
    vote_at = np.searchsorted(shared, people.comparison[voted])
    votes = shares(people.choice[voted], vote_at, len(shared))
    verdicts = shares(judge.choice[judged], np.searchsorted(shared, judge.comparison[judged]), len(shared))
    verdicts /= verdicts.sum(1, keepdims=True)
    prompt = np.zeros(len(shared), np.int64)
    prompt[vote_at] = people.prompt[voted]
    cells = (votes[:, :, None] * verdicts[:, None, :]).reshape(len(shared), CHOICES * CHOICES)
    return votes, cells, codes(prompt)
