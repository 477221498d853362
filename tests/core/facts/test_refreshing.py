"""That facts say what the rows say, whatever has happened to them, and that they come and go with them."""

import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, submit_judgment
from core import comparisons, prompts
from core.bulk import fetch
from core.errors import PrefereeError
from core.facts.draining import catch_up, left, renew_all
from core.facts.marking import mark_comparisons
from core.labels.service import refresh_labels, refresh_project
from core.models import (
    Comparison,
    ComparisonFacts,
    FilterValue,
    Judgment,
    Label,
    Project,
    Prompt,
    PromptFacts,
    Response,
    StaleFacts,
    User,
)
from core.removals import ask
from core.runs.actions import run_here
from core.tasks import sweep
from tests.factories import (
    ComparisonFactory,
    JudgeFactory,
    JudgmentFactory,
    MembershipFactory,
    ProjectFactory,
    PromptFactory,
    ResponseFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return ProjectFactory(overlap=2)


@pytest.fixture
def manager(project: Project) -> User:
    return MembershipFactory(project=project, role="manager").user


def hashed(project: Project, facets: set[str]) -> list[int]:
    rows = fetch("SELECT hashtextextended(unnest(%s::text[]), %s)", [sorted(facets), project.pk])
    return [number for (number,) in rows]


def time_facets(row: Comparison | Prompt) -> tuple[set[str], set[int]]:
    hour = int(row.created.timestamp()) // 3_600
    stretches = {(row.pk // 32) * 4, (row.pk // 512) * 4 + 1, (row.pk // 8192) * 4 + 2, (row.pk // 131_072) * 4 + 3}
    return {f"hours{bits}={hour // 2**bits}" for bits in (0, 5, 10, 15)}, stretches


def of_prompt(prompt: Prompt) -> set[str]:
    return {
        "project",
        f"language={prompt.language}" if prompt.language else "languages=0",
        *(f"tag={tag}" for tag in prompt.tags),
        *([] if prompt.tags else ["tags=0"]),
    }


def slowly(comparison: Comparison) -> tuple[str, int, set[str]]:
    """State, votes and facets of the comparison, by looking at each of its rows."""
    said = Judgment.objects.filter(comparison=comparison, live=True, status="submitted").select_related("judge")
    judges = {judgment.judge for judgment in said}
    people = len([judge for judge in judges if judge.kind == "human"])
    label = Label.objects.filter(comparison=comparison, policy="majority").first()
    missing = 0 if comparison.withdrawn else max(comparison.votes_wanted - people, 0)
    authors = [seat.response.author for seat in comparison.candidates.order_by("slot")]
    facets = of_prompt(comparison.prompt) | {f"model={author}" for author in authors if author}
    facets |= {f"kind={judge.kind}" for judge in judges} | {f"judge={judge.pk}" for judge in judges}
    facets |= {f"group={comparison.group_id}" if comparison.group_id else "groups=0", f"missing={min(missing, 3)}"}
    facets |= {"missing=some"} if missing else set()
    facets |= of_label(label, authors)
    state = state_of(comparison, label, judged=bool(judges), people=people)
    return state, people, facets | {f"state={state}"}


def state_of(comparison: Comparison, label: Label | None, *, judged: bool, people: int) -> str:
    if comparison.withdrawn:
        return "withdrawn"
    if not judged:
        return "waiting"
    if 0 < people < comparison.votes_wanted and not (label and label.tier == "review"):
        return "in_work"
    if label is None:
        return "judged"
    return "undecided" if label.undecided else "labelled"


def of_label(label: Label | None, authors: list[str]) -> set[str]:
    if label is None:
        return {"label=none"}
    facets = {"label=undecided" if label.undecided else "label=decided"}
    votes = sum(label.votes.values())
    if votes:
        facets.add("agreement=" + ("one" if votes == 1 else "unanimous" if len(label.votes) == 1 else "split"))
    if label.margin is not None:
        bands = ((label.margin == 0, 0), (label.margin <= 0.34, 1), (label.margin <= 0.67, 2), (label.margin < 1, 3))
        facets.add(f"margin={next((number for fits, number in bands if fits), 4)}")
    if label.ranks is None:
        return facets
    tied = set(label.ranks) == {1}
    facets.add("label=both_bad" if label.both_bad else "label=tie" if tied else "label=winner")
    winners = {author for author, rank in zip(authors, label.ranks, strict=True) if rank == 1 and author and not tied}
    return facets | {f"winner={author}" for author in winners}


def assert_true(project: Project) -> None:
    """Every row's facts are those that somebody works out by hand."""
    renew_all()
    facts = ComparisonFacts.objects.in_bulk()
    assert facts.keys() == set(Comparison.objects.values_list("pk", flat=True))
    for comparison in Comparison.objects.select_related("prompt"):
        state, votes, facets = slowly(comparison)
        days, stretches = time_facets(comparison)
        found = facts[comparison.pk]
        assert (found.state, found.votes) == (state, votes)
        assert found.facets == sorted([*hashed(project, facets | days), *stretches]), facets
    assert_prompts_true(project, facts)


def assert_prompts_true(project: Project, facts: dict[int, ComparisonFacts]) -> None:
    found = PromptFacts.objects.in_bulk()
    assert found.keys() == set(Prompt.objects.values_list("pk", flat=True))
    for prompt in Prompt.objects.prefetch_related("responses", "comparisons"):
        states = [facts[each.pk].state for each in prompt.comparisons.all() if not each.withdrawn]
        judged = len([state for state in states if state != "waiting"])
        if prompt.withdrawn:
            state = "withdrawn"
        elif not prompt.responses.all():
            state = "unanswered"
        elif not states:
            state = "uncompared"
        else:
            state = "labelled" if set(states) == {"labelled"} else "in_work" if judged else "waiting"
        facets = of_prompt(prompt) | {f"model={each.author}" for each in prompt.responses.all() if each.author}
        days, stretches = time_facets(prompt)
        row = found[prompt.pk]
        counts = (len(prompt.responses.all()), len(states), judged)
        assert (row.state, row.responses, row.comparisons, row.judged) == (state, *counts)
        assert row.facets == sorted([*hashed(project, facets | days | {f"state={state}"}), *stretches])


class Life:
    """A project to which seeded things happen."""

    def __init__(self, project: Project, manager: User, load: Callable[..., Any], seed: int) -> None:
        self.project, self.manager, self.load = project, manager, load
        self.random = random.Random(seed)
        self.people = [MembershipFactory(project=project).user for _ in range(3)]
        self.group = project.groups.create(name="experts")

    def some(self) -> list[list[int]]:
        ids = list(Comparison.objects.order_by("pk").values_list("pk", flat=True))
        return [self.random.sample(ids, min(len(ids), 3))] if ids else []

    def some_prompts(self) -> list[list[int]]:
        return [self.random.sample(ids, 1)] if (ids := list(Prompt.objects.values_list("pk", flat=True))) else []

    def imports(self) -> None:
        n = self.random.randrange(6)
        responses = [{"id": name, "content": f"{name} {n}", "model": f"m-{name}"} for name in "abc"]
        judgment = {
            "judge": f"file {self.random.randrange(3)}",
            "kind": self.random.choice(["human", "ai", "gold"]),
            "responses": self.random.sample("abc", 2),
            "preference": self.random.choice([-1, 0, 1]),
        }
        whole = {"responses": responses, "judgments": [judgment], "tags": [f"t{n}"], "metadata": {"lang": "en"}}
        self.load(self.project, {"prompt": f"prompt {n}", **self.random.choice([{}, {"responses": responses}, whole])})

    def submits(self) -> None:
        person = self.random.choice(self.people)
        if assignment := take_next(person, self.project).assignment:
            choice = self.random.choice(["tie", "both_bad"])
            submit_judgment(assignment.comparison, Answer(uuid4(), {"main": [choice]}), by=person)

    def compares(self) -> None:
        if prompts_ := self.some_prompts():
            ComparisonFactory(project=self.project, prompt=Prompt.objects.get(pk=prompts_[0][0]))

    def adds_response(self) -> None:
        if prompts_ := self.some_prompts():
            ResponseFactory(prompt=Prompt.objects.get(pk=prompts_[0][0]))

    def changes(self) -> None:
        verb = self.random.choice(
            [
                lambda: comparisons.set_votes(self.project, self.some(), self.random.randrange(4), by=self.manager),
                lambda: comparisons.set_group(
                    self.project, self.some(), self.random.choice([None, self.group]), by=self.manager
                ),
                lambda: self.removes("withdraw"),
                lambda: self.removes("restore"),
                lambda: prompts.add_tag(self.project, self.some_prompts(), "hard", by=self.manager),
                lambda: prompts.remove_tag(self.project, self.some_prompts(), "hard", by=self.manager),
                lambda: prompts.set_language(self.project, self.some_prompts(), "pt-BR", by=self.manager),
            ]
        )
        verb()

    def removes(self, mode: str) -> None:
        if ids := [pk for portion in self.some() for pk in portion]:
            run_here(ask(self.project, "comparison", mode, ids, by=self.manager).run)

    def reviews(self) -> None:
        for ids in self.some():
            comparison = Comparison.objects.get(pk=ids[0])
            judge = JudgeFactory(project=self.project, kind="human")
            JudgmentFactory(comparison=comparison, judge=judge, occasion="review")
            refresh_labels([comparison.pk])

    def labels(self) -> None:
        refresh_project(self.project)

    def goes(self) -> None:
        if self.random.random() < 0.2:
            Judgment.objects.filter(comparison__in=(gone := self.some()[0] if self.some() else [])).delete()
            refresh_labels(gone)

    def catches_up(self) -> None:
        catch_up(self.project)


@pytest.mark.parametrize("seed", range(4))
def test_facts_are_true_whatever_happens(project: Project, manager: User, load: Callable[..., Any], seed: int) -> None:
    life = Life(project, manager, load, seed)
    verbs = [life.imports, life.imports, life.submits, life.submits, life.compares, life.adds_response]
    verbs += [life.changes, life.changes, life.reviews, life.labels, life.goes, life.catches_up]
    for _ in range(40):
        life.random.choice(verbs)()
    assert Comparison.objects.exists()
    assert_true(project)


def test_facts_go_with_their_rows(project: Project) -> None:
    comparison = ComparisonFactory(project=project)
    renew_all()
    assert ComparisonFacts.objects.count() == PromptFacts.objects.count() == 1
    prompt = comparison.prompt
    comparison.delete()
    assert not ComparisonFacts.objects.exists()
    Response.objects.all().delete()
    prompt.delete()
    assert not PromptFacts.objects.exists()


def test_a_change_that_is_taken_back_leaves_no_mark(project: Project) -> None:
    with transaction.atomic():
        ComparisonFactory(project=project)
        transaction.set_rollback(True)
    assert left(project) == 0


def test_a_page_waits_for_little_and_leaves_the_rest(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.facts.marking.ROWS_A_MARK", 2)
    monkeypatch.setattr("core.facts.draining.ROWS_A_MARK", 2)
    made = [ComparisonFactory(project=project).pk for _ in range(5)]
    StaleFacts.objects.all().delete()
    mark_comparisons(project.pk, made)
    assert catch_up(project) == 3
    assert ComparisonFacts.objects.count() == 2


def test_workers_see_to_all_projects(project: Project) -> None:
    ComparisonFactory(project=project)
    ComparisonFactory()
    sweep()
    assert ComparisonFacts.objects.count() == 2
    assert not StaleFacts.objects.exists()


def test_what_there_is_to_choose_is_kept(project: Project, load: Callable[..., Any]) -> None:
    responses = [{"id": "a", "content": "x", "model": "m"}, {"id": "b", "content": "y"}]
    load(project, {"prompt": "p", "tags": ["hard"], "metadata": {"language": "de_CH"}, "responses": responses})
    renew_all()
    kept = FilterValue.objects.filter(project=project).order_by("kind", "value").values_list("kind", "value")
    assert list(kept) == [("language", "de-CH"), ("model", "m"), ("tag", "hard")]


def test_labels_that_did_not_change_make_no_facts_stale(project: Project) -> None:
    comparison = ComparisonFactory(project=project)
    JudgmentFactory(comparison=comparison)
    refresh_labels([comparison.pk])
    renew_all()
    refresh_labels([comparison.pk], judged=False)
    assert left(project) == 0


def test_the_text_of_a_prompt_is_searched_whatever_it_holds(project: Project) -> None:
    PromptFactory(project=project, messages=[{"role": "user", "content": [{"type": "text", "text": "in parts"}]}])
    PromptFactory(project=project, messages=[{"role": "user", "content": "w" * 5_000}], created=timezone.now())
    PromptFactory(project=project, messages=[])
    for prompt in Prompt.objects.all():
        ComparisonFactory(project=project, prompt=prompt)
    renew_all()
    assert PromptFacts.objects.count() == 3


@pytest.mark.parametrize(
    ("verb", "value"),
    [
        (comparisons.set_votes, 101),
        (comparisons.set_votes, -1),
        (comparisons.set_priority, 100),
        (prompts.add_tag, " "),
        (prompts.add_tag, "x" * 101),
        (prompts.set_language, "python"),
    ],
)
def test_values_that_make_no_sense_are_refused(project: Project, manager: User, verb: Any, value: Any) -> None:
    with pytest.raises(PrefereeError):
        verb(project, [[1]], value, by=manager)
