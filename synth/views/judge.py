"""One version of a judge: what it is, and what it is worth."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.charts.service import rates_chart, reliability_chart
from core.errors import PrefereeError
from core.gold.actions import NEEDED
from core.http import UserRequest
from core.models import GoldSet, Judge, Project
from core.permissions import get_project, may
from core.runs.starting import start_run
from core.views.access import signed_in
from core.views.pages import in_project
from synth.cards.barring import BARRABLE
from synth.cards.shown import Shown, in_words
from synth.cards.step import CardConfig, MakeCard
from synth.cards.stored import card_of
from synth.judges.registry import label_of
from synth.models import Card

MOST_CARDS, MOST_VERSIONS, MOST_SETS = 50, 50, 100
NO_GOLD = "There is no closed gold set to measure it on. Close one first."


@dataclass(frozen=True, slots=True)
class Line:
    """One card in the list of all."""

    card: Card
    shown: Shown | None

    @property
    def made(self) -> str:
        return "by trial" if self.card.options.get("from") == "trials" else "from its judgments"


@require_safe
@signed_in
def judge(request: UserRequest, slug: str, judge: UUID) -> HttpResponse:
    """`?card=` shows an older card than the newest."""
    project = get_project(request.user, slug, "names")
    return _page(request, project, judge_in(project, judge))


@require_POST
@signed_in
def make_card(request: UserRequest, slug: str, judge: UUID) -> HttpResponse:
    """By trial where a model can be asked, else at once from what it has judged."""
    project = get_project(request.user, slug, "manage")
    found = judge_in(project, judge)
    gold_set = next((each for each in _closed(project) if str(each.public) == request.POST.get("gold", "")), None)
    try:
        if gold_set is None:
            raise PrefereeError(NO_GOLD)
        if not is_model(found):
            card_of(found, gold_set, by=request.user, absent="wrong" if request.POST.get("absent") else "left out")
            return redirect("judge", slug, found.public)
        named = {"judge": label_of(found), "gold": f"{gold_set.name}@{gold_set.version}"}
        run = start_run(project, "card", named, by=request.user)
    except PrefereeError as error:
        return _page(request, project, found, status=422, error=str(error))
    return redirect("run", slug, run.public)


def judge_in(project: Project, public: UUID) -> Judge:
    """People and gold have no page of this kind."""
    return get_object_or_404(Judge.objects.select_related("project"), project=project, kind__in=BARRABLE, public=public)


def is_model(judge: Judge) -> bool:
    """Whether it can be asked, and not only read."""
    return "method" in judge.config


def _page(request: UserRequest, project: Project, found: Judge, *, status: int = 200, error: str = "") -> HttpResponse:
    lines = _lines(found)
    asked = request.GET.get("card", "")
    finished = [line for line in lines if line.shown]
    line = next((each for each in finished if str(each.card.public) == asked), finished[0] if finished else None)
    shown = line.shown if line else None
    closed = _closed(project)
    context = in_project(
        request.user,
        project,
        "judges",
        tab="judge",
        judge=found,
        is_model=is_model(found),
        words=in_words(found),
        lines=lines,
        line=line,
        shown=shown,
        needed=NEEDED,
        rates=rates_chart(shown.rates, shown.longest, title="Rates of this judge", prefix="rates") if shown else None,
        reliability=reliability_chart(shown.bins, title="Reliability", prefix="bins") if shown else None,
        versions=_versions(found),
        closed=closed,
        plan=_plan(request, project, found, closed),
        error=error,
    )
    return render(request, "synth/judge.html", context, status=status)


def _lines(judge: Judge) -> list[Line]:
    """The newest first; what is being made has no figures yet."""
    cards = Card.objects.filter(judge=judge).select_related("gold_set", "run").order_by("-pk")[:MOST_CARDS]
    return [Line(card, Shown(card.figures) if card.figures else None) for card in cards]


def _versions(judge: Judge) -> list[Judge]:
    others = Judge.objects.filter(project=judge.project_id, kind=judge.kind, name=judge.name).exclude(pk=judge.pk)
    return list(others.order_by("-pk")[:MOST_VERSIONS])


def _closed(project: Project) -> list[GoldSet]:
    return list(GoldSet.objects.filter(project=project, closed__isnull=False).order_by("-closed", "-pk")[:MOST_SETS])


def _plan(request: UserRequest, project: Project, judge: Judge, closed: list[GoldSet]) -> dict[str, object] | None:
    """What a card on the newest closed set would take; a sentence where it could not be made."""
    if not closed or not is_model(judge) or not may(request.user, project, "manage"):
        return None
    named = {"judge": label_of(judge), "gold": f"{closed[0].name}@{closed[0].version}"}
    try:
        figures = MakeCard().plan(project, CardConfig.model_validate(named))
    except PrefereeError as error:
        return {"error": str(error)}
    return {
        "gold": figures["gold items"],
        "trials": figures["probe trials"] + figures["injection trials"],
        "replies": figures["calls"],
        "cost": figures["planned cost"],
    }
