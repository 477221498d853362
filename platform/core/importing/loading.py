"""Rows → PostgreSQL, level by level: look up what is there by hash, number what is new, COPY it in.

A lock a project keeps two loads from seeing each other's gaps; the unique constraints stand behind it.
"""

from collections.abc import Mapping, Sequence
from hashlib import md5
from operator import itemgetter

from core.bulk import copy_rows, fetch, lock_project, new_ids, new_publics
from core.facts.marking import mark_prompts
from core.importing.judging import Judges
from core.importing.languages import language_of
from core.importing.loaded import Loaded, json_text
from core.importing.loading_judgments import Judgments, Prompted, Said
from core.importing.rows import Batch, ComparisonRow, JudgmentRow
from core.labels.service import label_new, refresh_labels
from core.models import Project
from core.removing.newcomers import withdraw_new
from core.signals import comparisons_added


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

    def run(self) -> Loaded:
        lock_project(self.project.pk)
        known = self._load_prompts()
        self._load_responses(known)
        self._load_comparisons(known)
        self._withdraw_new(known)
        said = Judgments(self.project, self.judges, self.counts, self._with_ids())
        judged = said.load(known)
        self._load_scores(known)
        if touched := sorted({*self.new_comparisons, *judged}):
            comparisons_added.send(Load, project=self.project, comparison_ids=touched)
            self._label(judged, said.new)
        mark_prompts(self.project.pk, sorted(self.answered))
        return self.counts

    def _with_ids(self) -> list[Prompted]:
        """Every prompt with its comparisons, by their ids."""
        return [
            (pk, prompt, [(self.comparison_ids[pk, row.key], row) for row in prompt.comparisons.values()])
            for prompt in self.prompts
            for pk in [self.prompt_ids[prompt.key]]
        ]

    def _label(self, judged: set[int], judgments: Sequence[Said]) -> None:
        new = set(self.new_comparisons) - self.withdrawn
        votes = [
            (comparison, self.project.pk, len(row.slots), self.judges.id_of(said.judge), *_vote(said))
            for comparison, row, said in judgments
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
                    json_text(row.messages),
                    row.system,
                    json_text(row.contexts),
                    row.reference,
                    json_text(row.metadata),
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
                    None if row.messages is None else json_text(row.messages),
                    None if row.parent is None else self.response_ids[prompt, row.parent],
                    "{}",
                    row.finish_reason,
                    json_text(row.metadata),
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

    def _load_scores(self, known: list[int]) -> None:
        found = set(
            fetch(
                "SELECT response_id, scorer FROM core_score JOIN core_response r ON r.id = response_id"
                " WHERE r.prompt_id = ANY(%s)",
                [known],
            )
        )
        rows = (
            (self.response_ids[self.prompt_ids[prompt.key], key], scorer, value, json_text(parts), "now")
            for prompt in self.prompts
            for (key, scorer), (value, parts) in prompt.scores.items()
        )
        self.counts.scores = copy_rows(
            "core_score (response_id, scorer, value, parts, created)", (row for row in rows if row[:2] not in found)
        )


_OTHER_REFERENCE = "The prompt is there already with another reference, which was kept."


def _is_counted(row: ComparisonRow, judgment: JudgmentRow) -> bool:
    says = judgment.said.status == "submitted" and judgment.ranks is not None
    return says and len(row.slots) > 1 and judgment.occasion in ("first", "review")


def _vote(judgment: JudgmentRow) -> tuple[object, ...]:
    return judgment.judge.kind, judgment.occasion, judgment.ranks, judgment.both_bad, judgment.strength


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
