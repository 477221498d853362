"""Rows → PostgreSQL, level by level: look up what is there by hash, number what is new, COPY it in.

A lock a project keeps two loads from seeing each other's gaps; the unique constraints stand behind it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from operator import itemgetter
from typing import Any

import msgspec
from django.db import connection

from core.bulk import array, copy_rows, fetch, lock_project, new_ids, new_publics
from core.facts.marking import mark_prompts
from core.importing.judging import Judges
from core.importing.languages import language_of
from core.importing.rows import Batch, ComparisonRow, JudgmentRow, number_samples
from core.labels.service import label_new, refresh_labels
from core.models import Project
from core.removing.newcomers import withdraw_new
from core.signals import comparisons_added

NOTES_KEPT = 1000
TALLY = "CREATE TEMPORARY TABLE IF NOT EXISTS import_tally (prompt_id bigint PRIMARY KEY, counts jsonb NOT NULL)"


@dataclass(slots=True)
class Loaded:
    """What one load added, and what it met that was there already with another value (line, sentence)."""

    prompts: int = 0
    responses: int = 0
    comparisons: int = 0
    judgments: int = 0
    scores: int = 0
    noted: int = 0
    notes: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: "Loaded") -> None:
        for name in ("prompts", "responses", "comparisons", "judgments", "scores", "noted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.notes = (self.notes + other.notes)[:NOTES_KEPT]

    def note(self, line: int, sentence: str) -> None:
        self.noted += 1
        if len(self.notes) < NOTES_KEPT:
            self.notes.append((line, sentence))


def start_tally() -> None:
    """Begin counting a judge's repeats afresh: the count of one import, over all its files' lines."""
    with connection.cursor() as cursor:
        cursor.execute(TALLY)
        cursor.execute("TRUNCATE import_tally")


class Load:
    """One batch into one project, inside the caller's transaction."""

    def __init__(self, batch: Batch, project: Project, judges: Judges) -> None:
        self.prompts = sorted(batch.prompts.values(), key=lambda row: row.key)
        self.project, self.judges = project, judges
        self.counts = Loaded()
        self.prompt_ids: dict[bytes, int] = {}
        self.response_ids: dict[tuple[int, bytes], int] = {}
        self.comparison_ids: dict[tuple[int, bytes], int] = {}
        self.new_comparisons: list[int] = []
        self.answered: set[int] = set()
        self.withdrawn: set[int] = set()
        self.new_judgments: list[tuple[int, ComparisonRow, JudgmentRow]] = []

    def run(self) -> Loaded:
        lock_project(self.project.pk)
        known = self._load_prompts()
        self._load_responses(known)
        self._load_comparisons(known)
        self._withdraw_new(known)
        judged = self._load_judgments(known)
        self._load_scores(known)
        if touched := sorted({*self.new_comparisons, *judged}):
            comparisons_added.send(Load, project=self.project, comparison_ids=touched)
            self._label(judged)
        mark_prompts(self.project.pk, sorted(self.answered))
        return self.counts

    def _label(self, judged: set[int]) -> None:
        new = set(self.new_comparisons) - self.withdrawn
        votes = [
            (comparison, self.project.pk, len(row.slots), self.judges.id_of(said.judge), *_vote(said))
            for comparison, row, said in self.new_judgments
            if comparison in new and _is_counted(row, said) and not self.judges.is_mute(said.judge)
        ]
        label_new(sorted(votes, key=itemgetter(0)))
        if others := sorted(judged - new):
            refresh_labels(others)

    def _load_prompts(self) -> list[int]:
        """Returns the ids of the prompts that were there before."""
        found = {
            bytes(key): (pk, reference)
            for key, pk, reference in fetch(
                "SELECT key, id, md5(reference) FROM core_prompt WHERE project_id = %s AND key = ANY(%s)",
                [self.project.pk, [row.key for row in self.prompts]],
            )
        }
        self.prompt_ids = {key: pk for key, (pk, _) in found.items()}
        self._compare_references({key: reference for key, (_, reference) in found.items()})
        new = [row for row in self.prompts if row.key not in found]
        self.prompt_ids |= zip([row.key for row in new], new_ids("core_prompt", len(new)), strict=True)
        self.answered = {self.prompt_ids[row.key] for row in new}
        self.counts.prompts = copy_rows(
            "core_prompt (id, public, project_id, key, messages, system, contexts, reference, metadata, tags,"
            " language, created)",
            (
                (
                    self.prompt_ids[row.key],
                    public,
                    self.project.pk,
                    row.key,
                    _json(row.messages),
                    row.system,
                    _json(row.contexts),
                    row.reference,
                    _json(row.metadata),
                    row.tags or "{}",
                    language_of(row.metadata),
                    "now",
                )
                for row, public in zip(new, new_publics(len(new), timed=True), strict=True)
            ),
        )
        return [pk for pk, _ in found.values()]

    def _compare_references(self, stored: Mapping[bytes, str | None]) -> None:
        """Fill in a reference where the prompt had none; note those that differ from the one that it has."""
        lacking = []
        for row in self.prompts:
            before = stored.get(row.key)
            if row.reference is None:
                continue
            if row.key in stored and before is None:
                lacking.append((self.prompt_ids[row.key], row.reference))
            differing = [row.line] if before not in (None, _md5(row.reference)) else []
            for line in [*differing, *row.other_references]:
                self.counts.note(line, _OTHER_REFERENCE)
        if lacking:
            fetch(
                "UPDATE core_prompt SET reference = given.reference FROM unnest(%s::bigint[], %s::text[])"
                " AS given (id, reference) WHERE core_prompt.id = given.id RETURNING 1",
                [*map(list, zip(*lacking, strict=True))],
            )

    def _load_responses(self, known: list[int]) -> None:
        self.response_ids = {
            (prompt, bytes(key)): pk
            for prompt, key, pk in fetch(
                "SELECT prompt_id, key, id FROM core_response WHERE prompt_id = ANY(%s)", [known]
            )
        }
        new = [
            (self.prompt_ids[prompt.key], row)
            for prompt in self.prompts
            for row in prompt.responses.values()
            if (self.prompt_ids[prompt.key], row.key) not in self.response_ids
        ]
        keys = [(prompt, row.key) for prompt, row in new]
        self.answered.update(prompt for prompt, _ in new)
        self.response_ids |= zip(keys, new_ids("core_response", len(new)), strict=True)
        self.counts.responses = copy_rows(
            "core_response (id, public, project_id, prompt_id, key, content_key, author_kind, author, content,"
            " messages, parent_id, parameters, finish_reason, metadata, created)",
            (
                (
                    self.response_ids[prompt, row.key],
                    public,
                    self.project.pk,
                    prompt,
                    row.key,
                    row.content_key,
                    row.author_kind,
                    row.author,
                    row.content,
                    None if row.messages is None else _json(row.messages),
                    None if row.parent is None else self.response_ids[prompt, row.parent],
                    "{}",
                    row.finish_reason,
                    _json(row.metadata),
                    "now",
                )
                for (prompt, row), public in zip(new, new_publics(len(new), timed=True), strict=True)
            ),
        )

    def _load_comparisons(self, known: list[int]) -> None:
        self.comparison_ids = {
            (prompt, bytes(key)): pk
            for prompt, key, pk in fetch(
                "SELECT prompt_id, key, id FROM core_comparison WHERE prompt_id = ANY(%s)", [known]
            )
        }
        new = [
            (self.prompt_ids[prompt.key], row)
            for prompt in self.prompts
            for row in prompt.comparisons.values()
            if (self.prompt_ids[prompt.key], row.key) not in self.comparison_ids
        ]
        self.new_comparisons = new_ids("core_comparison", len(new))
        self.comparison_ids |= zip(((prompt, row.key) for prompt, row in new), self.new_comparisons, strict=True)
        self.counts.comparisons = copy_rows(
            "core_comparison (id, public, project_id, prompt_id, key, k, votes_wanted, priority, created)",
            (
                (pk, public, self.project.pk, prompt, row.key, len(row.slots), self.project.overlap, 0, "now")
                for pk, public, (prompt, row) in zip(
                    self.new_comparisons, new_publics(len(new), timed=False), new, strict=True
                )
            ),
        )
        copy_rows(
            "core_candidate (comparison_id, prompt_id, response_id, slot)",
            (
                (pk, prompt, self.response_ids[prompt, key], slot)
                for pk, (prompt, row) in zip(self.new_comparisons, new, strict=True)
                for slot, key in enumerate(row.slots)
            ),
        )

    def _withdraw_new(self, known: list[int]) -> None:
        """A new comparison of a prompt or a response that is withdrawn is withdrawn from the beginning."""
        if known and self.new_comparisons:
            self.withdrawn = withdraw_new(self.new_comparisons)

    def _load_judgments(self, known: list[int]) -> set[int]:
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
        new = self.new_judgments
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
                new.append((comparison, row, judgment))
        self.counts.judgments = copy_rows(_JUDGMENT_COLUMNS, (self._judgment(*each) for each in new))
        return {comparison for comparison, _, _ in new}

    def _judgments(self) -> Iterator[tuple[int, ComparisonRow, JudgmentRow]]:
        for prompt in self.prompts:
            for row in prompt.comparisons.values():
                comparison = self.comparison_ids[self.prompt_ids[prompt.key], row.key]
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
        for prompt in self.prompts:
            pk = self.prompt_ids[prompt.key]
            if any(row.judgments for row in prompt.comparisons.values()) or pk in before:
                tallies.append((pk, _json(number_samples(prompt, before.get(pk, {})))))
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
            _json(said.answers),
            _json(judgment.ratings),
            _json(judgment.spans),
            said.rationale,
            said.raw,
            said.status,
            said.touched,
            said.duration_ms,
            said.active_ms,
            True,
            said.created and datetime.fromisoformat(said.created),
        )

    def _load_scores(self, known: list[int]) -> None:
        found = set(
            fetch(
                "SELECT response_id, scorer FROM core_score JOIN core_response r ON r.id = response_id"
                " WHERE r.prompt_id = ANY(%s)",
                [known],
            )
        )
        rows = (
            (self.response_ids[self.prompt_ids[prompt.key], key], scorer, value, _json(parts), "now")
            for prompt in self.prompts
            for (key, scorer), (value, parts) in prompt.scores.items()
        )
        self.counts.scores = copy_rows(
            "core_score (response_id, scorer, value, parts, created)", (row for row in rows if row[:2] not in found)
        )


_JUDGMENT_COLUMNS = (
    'core_judgment (project_id, comparison_id, k, judge_id, person_id, round_id, occasion, sample, "order", order_no,'
    " ranks, partial, strength, both_bad, probability, confidence, answers, ratings, spans, rationale, raw, status,"
    " touched, wall_ms, active_ms, live, created)"
)
_OTHER_REFERENCE = "The prompt is there already with another reference, which was kept."
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


def _is_counted(row: ComparisonRow, judgment: JudgmentRow) -> bool:
    says = judgment.said.status == "submitted" and judgment.ranks is not None
    return says and len(row.slots) > 1 and judgment.occasion in ("first", "review")


def _vote(judgment: JudgmentRow) -> tuple[object, ...]:
    return judgment.judge.kind, judgment.occasion, judgment.ranks, judgment.both_bad, judgment.strength


def _answer_key(ranks: Sequence[int] | None, strength: int | None, both_bad: bool, status: str) -> tuple[object, ...]:
    return None if ranks is None else tuple(ranks), strength, both_bad, status


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _json(value: Any) -> str:
    if not value:
        return "[]" if type(value) is list else "{}"
    return msgspec.json.encode(value).decode()
