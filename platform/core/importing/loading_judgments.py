"""Judgments of one batch → PostgreSQL: repeats are numbered, what is there stays, what differs is noted."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection

from core.bulk import array, copy_rows, fetch
from core.importing.judging import Judges
from core.importing.loaded import Loaded, json_text
from core.importing.rows import ComparisonRow, JudgmentRow, PromptRow, number_samples
from core.models import Project

TALLY = "CREATE TEMPORARY TABLE IF NOT EXISTS import_tally (prompt_id bigint PRIMARY KEY, counts jsonb NOT NULL)"

# A judgment with its comparison's id and row
Said = tuple[int, ComparisonRow, JudgmentRow]
# A prompt's id and row, and its comparisons'
Prompted = tuple[int, PromptRow, list[tuple[int, ComparisonRow]]]


def start_tally() -> None:
    """Begin counting a judge's repeats afresh: the count of one import, over all its files' lines."""
    with connection.cursor() as cursor:
        cursor.execute(TALLY)
        cursor.execute("TRUNCATE import_tally")


class Judgments:
    """Of one batch; the ids of its prompts and comparisons are known. `new` are those that were added."""

    def __init__(self, project: Project, judges: Judges, counts: Loaded, prompts: Sequence[Prompted]) -> None:
        self.project, self.judges, self.counts, self.prompts = project, judges, counts, prompts
        self.new: list[Said] = []

    def load(self, known: list[int]) -> set[int]:
        """Returns the ids of the comparisons that got new judgments."""
        self._number_samples(known)
        self.judges.know(judgment for _, _, judgment in self._judgments())
        found = {
            tuple(identity): _answer_key(*answer)
            for *identity, ranks, strength, both_bad, status in fetch(
                """SELECT comparison_id, judge_id, round_id, occasion, CASE WHEN person_id IS NULL THEN order_no END,
                          sample, ranks, strength, both_bad, status
                     FROM core_judgment JOIN core_comparison c ON c.id = comparison_id
                    WHERE c.prompt_id = ANY(%s) AND live""",
                [known],
            )
            for answer in [(ranks, strength, both_bad, status)]
        }
        for comparison, row, judgment in self._judgments():
            identity = self._identity(comparison, judgment)
            if identity in found:
                self._note_answer(judgment, found[identity])
            elif self.judges.is_person(judgment.judge):
                self.counts.note(judgment.line, _SPEAKS_FOR.format(judgment.judge.name))
            else:
                found[identity] = _answer_key(
                    judgment.ranks, judgment.strength, judgment.both_bad, judgment.said.status
                )
                self.new.append((comparison, row, judgment))
        self.counts.judgments = copy_rows(_JUDGMENT_COLUMNS, (self._judgment(*each) for each in self.new))
        return {comparison for comparison, _, _ in self.new}

    def _judgments(self) -> Iterator[Said]:
        for _, _, comparisons in self.prompts:
            for comparison, row in comparisons:
                for judgment in row.judgments:
                    yield comparison, row, judgment

    def _number_samples(self, known: list[int]) -> None:
        before = {
            pk: json.loads(counts) if isinstance(counts, str) else counts
            for pk, counts in fetch("SELECT prompt_id, counts FROM import_tally WHERE prompt_id = ANY(%s)", [known])
        }
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM import_tally WHERE prompt_id = ANY(%s)", [list(before)])
        tallies = []
        for pk, prompt, _ in self.prompts:
            if any(row.judgments for row in prompt.comparisons.values()) or pk in before:
                tallies.append((pk, json_text(number_samples(prompt, before.get(pk, {})))))
        copy_rows("import_tally (prompt_id, counts)", tallies)

    def _identity(self, comparison: int, judgment: JudgmentRow) -> tuple[object, ...]:
        judge = self.judges.id_of(judgment.judge)
        is_account = self.judges.account_of(judgment.judge) is not None
        if is_account:
            judgment.sample = 1  # a person has one judgment an occasion, whatever the file counts
        order_no = None if is_account or self.judges.is_person(judgment.judge) else judgment.order_no
        return comparison, judge, self.judges.round_id(judgment.round), judgment.occasion, order_no, judgment.sample

    def _note_answer(self, judgment: JudgmentRow, stored: tuple[object, ...]) -> None:
        if stored != _answer_key(judgment.ranks, judgment.strength, judgment.both_bad, judgment.said.status):
            sentence = _ONE_A_PERSON if self.judges.account_of(judgment.judge) else _OTHER_ANSWER
            self.counts.note(judgment.line, sentence.format(judgment.judge.name, judgment.sample))

    def _judgment(self, comparison: int, row: ComparisonRow, judgment: JudgmentRow) -> tuple[object, ...]:
        said = judgment.said
        return (
            self.project.pk,
            comparison,
            len(row.slots),
            self.judges.id_of(judgment.judge),
            self.judges.account_of(judgment.judge),
            self.judges.round_id(judgment.round),
            judgment.occasion,
            judgment.sample,
            judgment.order and array(judgment.order),
            judgment.order_no,
            judgment.ranks and array(judgment.ranks),
            judgment.partial,
            judgment.strength,
            judgment.both_bad,
            judgment.probability,
            said.confidence,
            json_text(said.answers),
            json_text(judgment.ratings),
            json_text(judgment.spans),
            said.rationale,
            said.raw,
            said.status,
            said.touched,
            said.duration_ms,
            said.active_ms,
            True,
            said.created and datetime.fromisoformat(said.created),
        )


_JUDGMENT_COLUMNS = (
    'core_judgment (project_id, comparison_id, k, judge_id, person_id, round_id, occasion, sample, "order", order_no,'
    " ranks, partial, strength, both_bad, probability, confidence, answers, ratings, spans, rationale, raw, status,"
    " touched, wall_ms, active_ms, live, created)"
)
_SPEAKS_FOR = (
    "“{}” has an account in this project, so a file cannot add judgments in that name: they were left out. "
    "Rename the judge in the file."
)
_OTHER_ANSWER = (
    "{}'s judgment number {} of this comparison is there already with another answer, which was kept. "
    'A repeat needs its own "sample".'
)
_ONE_A_PERSON = (
    "{} has judged this comparison in this round already, with another answer, which was kept: "
    "a member has one judgment of a comparison a round."
)


def _answer_key(ranks: Sequence[int] | None, strength: int | None, both_bad: bool, status: str) -> tuple[object, ...]:
    return None if ranks is None else tuple(ranks), strength, both_bad, status
