"""What a removal would touch, counted before anybody asks for it, and what it is of."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from core.bulk import fetch
from core.conversation import text_of
from core.models import Comparison, DatasetVersion, Judge, Mode, Project, Prompt, Response, Subject, User

COMPARISONS = {
    Subject.PROMPT: "SELECT id FROM core_comparison WHERE prompt_id = %(id)s",
    Subject.RESPONSE: "SELECT comparison_id FROM core_candidate WHERE response_id = %(id)s",
    Subject.COMPARISON: "SELECT %(id)s::bigint",
}
AROUND = """
WITH touched (id) AS MATERIALIZED ({comparisons})
SELECT (SELECT count(*) FROM touched),
       (SELECT count(*) FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
         WHERE j.comparison_id IN (SELECT id FROM touched) AND j.live AND g.kind = 'human'),
       (SELECT count(*) FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
         WHERE j.comparison_id IN (SELECT id FROM touched) AND j.live AND g.kind <> 'human'),
       (SELECT count(*) FROM core_label WHERE comparison_id IN (SELECT id FROM touched) AND policy = 'majority')
"""
OF_JUDGE = """
SELECT count(DISTINCT comparison_id), count(*), count(*) FILTER (WHERE rationale <> '')
  FROM core_judgment WHERE judge_id = %s AND live
"""
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that can be removed. `pk` is None for a person who has not judged; `typed` is written to erase it."""

    subject: Subject
    public: UUID
    pk: int | None
    text: str
    typed: str
    withdrawn: bool
    erased: bool
    person: User | None = None

    @property
    def noun(self) -> str:
        return self.subject.label.lower()

    @property
    def ways(self) -> tuple[Mode, ...]:
        """What makes sense now."""
        if self.erased:
            return ()
        way = Mode.RESTORE if self.withdrawn else Mode.WITHDRAW
        return (way,) if self.subject == Subject.COMPARISON else (way, Mode.ERASE)


def target_of(project: Project, subject: str, public: str) -> Target:
    """Raises Http404 where the project has no such thing."""
    try:
        kind, uuid = Subject(subject), UUID(public)
        return _FIND[kind](project, uuid)
    except (ValueError, Prompt.DoesNotExist, Response.DoesNotExist, Comparison.DoesNotExist, User.DoesNotExist):
        raise Http404("There is no such thing in this project.") from None


def _prompt(project: Project, public: UUID) -> Target:
    row = Prompt.objects.get(project=project, public=public)
    return _thing(Subject.PROMPT, row, text_of(row.messages[-1]) if row.messages else "")


def _response(project: Project, public: UUID) -> Target:
    row = Response.objects.get(project=project, public=public)
    return _thing(Subject.RESPONSE, row, row.content)


def _thing(subject: Subject, row: Prompt | Response, text: str) -> Target:
    return Target(subject, row.public, row.pk, text[:LONGEST], "erase", bool(row.withdrawn), bool(row.erased))


def _comparison(project: Project, public: UUID) -> Target:
    row = Comparison.objects.select_related("prompt").get(project=project, public=public)
    return Target(Subject.COMPARISON, public, row.pk, str(row.prompt)[:LONGEST], "", bool(row.withdrawn), False)


def _person(project: Project, public: UUID) -> Target:
    """A member, or somebody who has judged here."""
    person = User.objects.get(public=public)
    judge = Judge.objects.filter(project=project, person=person).first()
    if judge is None and not project.memberships.filter(user=person).exists():
        raise User.DoesNotExist
    withdrawn = bool(judge and judge.withdrawn)
    pk = judge.pk if judge else None
    return Target(Subject.PERSON, public, pk, str(person), str(person), withdrawn, False, person)


_FIND = {
    Subject.PROMPT: _prompt,
    Subject.RESPONSE: _response,
    Subject.COMPARISON: _comparison,
    Subject.PERSON: _person,
}


def touches(project: Project, target: Target) -> Mapping[str, int]:
    """Counts by name, in the order in which they are shown."""
    if target.subject == Subject.PERSON:
        ((comparisons, judgments, reasons),) = fetch(OF_JUDGE, [target.pk])
        counts = {"Judgments": judgments, "On comparisons": comparisons, "Reasons that they wrote": reasons}
    else:
        sql = AROUND.format(comparisons=COMPARISONS[target.subject])
        ((comparisons, people, models, labels),) = fetch(sql, {"id": target.pk})
        counts = {"Comparisons": comparisons, "Judgments by people": people, "Judgments by models": models}
        counts["Labels"] = labels
        if target.subject == Subject.PROMPT:
            counts = {"Responses": Response.objects.filter(prompt=target.pk).count(), **counts}
        if target.subject == Subject.RESPONSE:
            counts["Edits of it, which stay"] = Response.objects.filter(parent=target.pk).count()
    return counts | {
        "Versions of datasets to look into": DatasetVersion.objects.filter(dataset__project=project).count()
    }
