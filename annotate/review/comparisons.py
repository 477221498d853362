"""The comparisons of a prompt as its page shows them: label, reason, and who said what."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from annotate.reading.texts import texts_of_response
from annotate.review.blindness import Blind
from annotate.review.responses import Author, author_of, mark_of
from annotate.review.verdicts import Row, Tally, rows_of, tallies
from annotate.work.screen import Pane, pane_of
from core.labels.service import policy_name
from core.labels.words import VOTERS, letter_of, outcome_in_words, reason, votes_in_words
from core.models import Candidate, Comparison, Label, Project
from core.renderings import rendered_many

POLICIES = {"majority:people": "People only", "majority:judges": "Models only", "majority:all": "All together"}


@dataclass(frozen=True, slots=True)
class Side:
    """A response in its slot; `pane` holds its text where that is shown."""

    letter: str
    public: UUID
    author: Author
    mark: str
    pane: Pane | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A label in words. `winner` wrote what won, where one response did."""

    words: str
    reason: str = ""
    winner: Author | None = None
    probability: float | None = None
    margin: float | None = None
    voters: int = 0
    votes: str = ""
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """`hidden`: the reader has yet to judge it. `more` judgments are not among the rows."""

    comparison: Comparison
    sides: list[Side]
    hidden: bool
    outcome: Outcome
    others: list[tuple[str, str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    more: int = 0
    is_open: bool = False

    @property
    def anchor(self) -> str:
        return f"comparison-{self.comparison.public}"

    @property
    def can_be_decided(self) -> bool:
        """By somebody who may: not before they have judged what they hold, and nothing that is used no more."""
        prompt = self.comparison.prompt
        used = not (self.comparison.withdrawn or prompt.withdrawn or prompt.erased)
        return used and not self.hidden and self.comparison.k > 1

    @property
    def is_asked(self) -> bool:
        """Whether the project's questions are about so many responses."""
        project = self.comparison.prompt.project  # one row for all of the page
        return project.fewest_responses <= self.comparison.k <= project.most_responses


def cards_of(
    project: Project, comparisons: Sequence[Comparison], blind: Blind, *, names: bool, opened: UUID | None
) -> list[Card]:
    """Each with its label and judgments, in a fixed number of queries; the opened one with its texts and all."""
    shown = [each.pk for each in comparisons if each.pk not in blind.comparisons]
    open_ids = [each.pk for each in comparisons if each.public == opened]
    sides = _sides(project, [each.pk for each in comparisons], open_ids, blind)
    labels, tally = _labels(shown), tallies(shown)
    rows = rows_of(shown, tally, names=names, opened=open_ids)
    return [
        _card(each, sides[each.pk], labels[each.pk], tally[each.pk], rows[each.pk], each.pk in open_ids)
        if each.pk in shown
        else Card(each, sides[each.pk], hidden=True, outcome=Outcome(""), is_open=each.pk in open_ids)
        for each in comparisons
    ]


def _card(
    comparison: Comparison,
    sides: list[Side],
    labels: Mapping[str, Label],
    tally: Tally,
    rows: list[Row],
    is_open: bool,
) -> Card:
    others = [(title, _words(labels[policy])) for policy, title in POLICIES.items() if policy in labels]
    outcome = _outcome(labels.get(policy_name("people_first")), tally, sides)
    return Card(comparison, sides, False, outcome, others, rows, tally.judgments - len(rows), is_open)


def _sides(
    project: Project, comparison_ids: Sequence[int], with_texts: Sequence[int], blind: Blind
) -> Mapping[int, list[Side]]:
    candidates = Candidate.objects.filter(comparison__in=comparison_ids).select_related("response")
    texts = (
        {row.response_id: row.response for row in candidates.filter(comparison__in=with_texts)} if with_texts else {}
    )
    html = rendered_many(project, [text for response in texts.values() for text in texts_of_response(response)])
    sides: dict[int, list[Side]] = defaultdict(list)
    for row in candidates.defer("response__content", "response__messages").order_by("comparison", "slot"):
        letter, response = letter_of(row.slot), row.response
        pane = pane_of(letter, texts[response.pk], html) if row.comparison_id in with_texts else None
        side = Side(letter, response.public, author_of(response, blind), mark_of(response), pane)
        sides[row.comparison_id].append(side)
    return sides


def _labels(comparison_ids: Sequence[int]) -> Mapping[int, Mapping[str, Label]]:
    labels: dict[int, dict[str, Label]] = defaultdict(dict)
    for label in Label.objects.filter(comparison__in=comparison_ids, question="main"):
        labels[label.comparison_id][label.policy] = label
    return labels


def _outcome(label: Label | None, tally: Tally, sides: Sequence[Side]) -> Outcome:
    if len(sides) == 1:
        return Outcome("One response", "A single response is rated, so it gets no label.")
    if label is None:
        return Outcome("No label yet", reason(ranks=None, both_bad=False, votes={}, asked={}))
    why = reason(ranks=label.ranks, both_bad=label.both_bad, votes=label.votes, asked=tally.asked)
    best = [slot for slot, rank in enumerate(label.ranks or ()) if rank == 1]
    return Outcome(
        _words(label),
        why,
        winner=sides[best[0]].author if len(best) == 1 else None,
        probability=label.probability,
        margin=label.margin,
        voters=sum(label.votes.values()),
        votes=votes_in_words(label.votes),
        decided_by=VOTERS[label.tier][1] if label.tier and label.ranks else "",
    )


def _words(label: Label) -> str:
    if label.ranks is None:
        return "Undecided"
    return outcome_in_words(label.ranks, both_bad=label.both_bad)
