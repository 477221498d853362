"""The rubrics of a project: those that come with Preferee, and its own."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.http import UserRequest
from core.views.access import signed_in
from synth.judges.choices import newest_given
from synth.judges.criteria import given_rubrics
from synth.views.versioned import Listing, Row, versioned_page


@require_safe
@signed_in
def rubrics(request: UserRequest, slug: str) -> HttpResponse:
    return versioned_page(request, slug, RUBRICS, "synth/rubrics.html")


def _given() -> Iterator[Row]:
    for each in newest_given(given_rubrics()):
        yield Row(each.name, each.label, each.version, [one.name for one in each.criteria])


RUBRICS = Listing(
    what="rubric",
    key="rubric",
    tab="rubrics",
    column="Criteria",
    about=lambda rubric: [one["name"] for one in rubric.criteria],
    own=lambda project: project.rubrics.all(),
    given=_given,
)
