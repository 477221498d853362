"""What votes and labels say, in words: slots as letters, a ranking as a preference, and why a label is what it is."""

from collections.abc import Mapping, Sequence

from core.labels.majority import ORDER, Sources, Tier

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
# One and many of whoever votes in a tier.
VOTERS: dict[str, tuple[str, str]] = {
    "review": ("reviewer", "reviewers"),
    "gold": ("gold answer", "gold answers"),
    "people": ("person", "people"),
    "judges": ("model", "models"),
    "all": ("judge", "judges"),
}
# Why those further down were not asked.
BECAUSE: dict[str, str] = {
    "review": "a reviewer had decided",
    "gold": "the answer was known",
    "people": "people had voted",
    "judges": "models had voted",
}


def letter_of(slot: int) -> str:
    """A, B, …, Z, AA, AB, …: the slots of a comparison in their canonical order."""
    before, at = divmod(slot, 26)
    return (letter_of(before - 1) if before else "") + chr(ord("A") + at)


def order_in_words(order: Sequence[int]) -> str:
    return ", ".join(letter_of(slot) for slot in order)


def ranking_in_words(ranks: Sequence[int], *, partial: bool = False, letters: Sequence[str] = ()) -> str:
    """The best first, those that tie together: “A, then B and C”; in a partial one the last are not ranked.

    `letters` names the slots where they are not to be called by their canonical order.
    """
    names = letters or [letter_of(slot) for slot in range(len(ranks))]
    steps = sorted(set(ranks))
    tied = [_listed([names[slot] for slot, rank in enumerate(ranks) if rank == step]) for step in steps]
    unranked = f"; {tied.pop()} not ranked" if partial and steps[-1] == len(ranks) else ""
    return ", then ".join(tied) + unranked


def outcome_in_words(
    ranks: Sequence[int],
    *,
    both_bad: bool,
    strength: str = "",
    partial: bool = False,
    letters: Sequence[str] = (),
) -> str:
    """“B somewhat better”, “Tie”, “Both bad”, or the ranking of more than two; `strength` is a word of the question."""
    if both_bad:
        return "Both bad" if len(ranks) == 2 else "All bad"
    if len(set(ranks)) == 1:
        return "Tie"
    if len(ranks) > 2 or partial:
        return ranking_in_words(ranks, partial=partial, letters=letters)
    names = letters or [letter_of(slot) for slot in range(len(ranks))]
    return " ".join(filter(None, (names[list(ranks).index(min(ranks))], strength, "better")))


def votes_in_words(votes: Mapping[str, int]) -> str:
    """How many voters said what, as a label counts them: “2 preferred B, 1 found both bad”."""
    said = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    return ", ".join(f"{count:,} {_said(text)}" for text, count in said)


def reason(
    *,
    ranks: Sequence[int] | None,
    both_bad: bool,
    votes: Mapping[str, int],
    asked: Mapping[Tier, int],
    sources: Sources = "people_first",
) -> str:
    """Why a label is what it is: `votes` as the label counts them, `asked` the judges with a counted vote by tier."""
    groups = [[tier for tier in tiers if asked.get(tier)] for tiers in ORDER[sources]]
    first = next((tiers for tiers in groups if tiers), None)
    if first is None:
        return "No judgment counts yet."
    tier = first[0] if len(first) == 1 else "all"
    judges = sum(asked[each] for each in first)
    verdict = _verdict(tier, judges, ranks, both_bad, votes)
    return " ".join(filter(None, (verdict, _not_asked(tier, groups[groups.index(first) + 1 :], asked))))


def _verdict(tier: str, judges: int, ranks: Sequence[int] | None, both_bad: bool, votes: Mapping[str, int]) -> str:
    voices = sum(votes.values())
    if not voices:
        if judges == 1:
            return f"The one {_noun(tier, 1)} asked answered both ways, so it has no voice."
        return f"Each of {_counted(tier, judges)} answered both ways, so none has a voice."
    mute = max(0, judges - voices)
    silent = f" {_capital(_number(mute))} more answered both ways and had no voice." if mute else ""
    if ranks is None:
        split = ", ".join(f"{_number(votes[text])} {_said(text)}" for text in sorted(votes, key=lambda t: -votes[t]))
        return f"{_capital(_counted(tier, voices))} are split, and no answer has more than half: {split}.{silent}"
    agreeing = {text: count for text, count in votes.items() if _ranks_of(text, len(ranks)) == tuple(ranks)}
    for_it = votes.get("both_bad", 0) if both_bad else sum(agreeing.values())
    what = _said("both_bad") if both_bad else _said(",".join(map(str, ranks)))
    if not both_bad and "both_bad" in agreeing:
        what = f"saw no winner ({votes_in_words(agreeing)})"
    return f"{_share(tier, for_it, voices)} {what}.{silent}"


def _share(tier: str, count: int, voices: int) -> str:
    if voices == 1:
        return f"One {_noun(tier, 1)}"
    if count == voices:
        return f"Both {_noun(tier, 2)}" if voices == 2 else f"All {_counted(tier, voices)}"
    return f"{_capital(_number(count))} of {_counted(tier, voices)}"


def _not_asked(tier: str, later: Sequence[Sequence[Tier]], asked: Mapping[Tier, int]) -> str:
    others = [each for tiers in later for each in tiers]
    if not others or tier not in BECAUSE:
        return ""
    names = _listed([_counted(each, asked[each]) for each in others])
    was = "was" if [asked[each] for each in others] == [1] else "were"
    return f"{_capital(names)} {was} not asked, because {BECAUSE[tier]}."


def _said(text: str) -> str:
    """A vote as a label counts it (“1,2” or “both_bad”), as what somebody did."""
    if text == "both_bad":
        return "found both bad"
    ranks = [int(rank) for rank in text.split(",")]
    if len(set(ranks)) == 1:
        return "called it a tie"
    return f"ranked {ranking_in_words(ranks)}" if len(ranks) > 2 else f"preferred {letter_of(ranks.index(1))}"


def _ranks_of(text: str, k: int) -> tuple[int, ...]:
    return (1,) * k if text == "both_bad" else tuple(int(rank) for rank in text.split(","))


def _counted(tier: str, count: int) -> str:
    return f"{_number(count)} {_noun(tier, count)}"


def _noun(tier: str, count: int) -> str:
    return VOTERS[tier][count != 1]


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
