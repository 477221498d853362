"""Plan comparisons: the policy, then how many it makes and what they take, before anything is created."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from core.comparing.estimating import scaled
from core.comparing.pace import Price, price_of_calls
from core.comparing.planning import Planned, plan_comparisons
from core.errors import PrefereeError
from core.http import UserRequest, part
from core.models import Project
from core.permissions import get_project
from core.recipes.shelf import step_alone
from core.runs.starting import start_run
from core.scorers import scorers_in
from core.views.access import signed_in
from core.views.comparison_form import ComparisonForm
from core.views.pages import in_project

TEMPLATE = "core/new_comparisons.html"


@dataclass(frozen=True, slots=True)
class Plan:
    """`cost` is None where no price is known; `price` is the one given, or seen in past stages."""

    planned: Planned
    price: Price
    given: bool

    @property
    def cost(self) -> float | None:
        return None if self.price.amount is None else scaled(self.planned.calls, float(self.price.amount))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_comparisons(request: UserRequest, slug: str) -> HttpResponse:
    """What the form would make; or, where its button to create was pressed, the run that makes it."""
    project = get_project(request.user, slug, "manage")
    form = ComparisonForm(request.POST if request.method == "POST" else _with_defaults(request.GET, project))
    if not form.is_valid() or request.POST.get("action") != "create":
        return _page(request, project, form, status=200 if form.is_valid() else 422)
    try:
        run = start_run(project, step_alone("compare"), form.settings, by=request.user)
    except PrefereeError as error:
        return _page(request, project, form, status=422, error=str(error))
    address = redirect("run", project.slug, run.public)
    return HttpResponseClientRedirect(address.url) if request.htmx else address


def _with_defaults(asked: QueryDict, project: Project) -> dict[str, str]:
    """A form that nobody has touched plans all pairs, with the people that the project wants."""
    defaults = {
        "policy": "all_pairs",
        "pairs": "1",
        "scorer": "",
        "votes": str(project.overlap),
        "seed": "0",
        "price": "",
    }
    return {name: asked.get(name, default) for name, default in defaults.items()}


def _page(
    request: UserRequest, project: Project, form: ComparisonForm, *, status: int = 200, error: str = ""
) -> HttpResponse:
    plan = None
    if form.is_valid() and not error:
        try:
            plan = _planned(project, form)
        except PrefereeError as cannot:
            error, status = str(cannot), 422
    context = in_project(
        request.user, project, "comparisons", form=form, plan=plan, scorers=scorers_in(project), error=error
    )
    return render(request, part(request, TEMPLATE, "plan"), context, status=status)


def _planned(project: Project, form: ComparisonForm) -> Plan:
    given: Decimal | None = form.cleaned_data["price"]
    price = price_of_calls(project) if given is None else Price(given)
    return Plan(plan_comparisons(project, form.config), price, given is not None)
