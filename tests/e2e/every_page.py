"""The pages of the URL conf, with something on each, for checks that go through all of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils.http import urlencode

from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, submit_judgment
from core.models import Project, User
from tests.e2e.test_gold_and_cards import judges_with_cards
from tests.e2e.test_layout import LONG, add_ratios, add_refusals, fill
from tests.urls.cases import CASES, OURS
from tests.urls.things import belongings_of, things_of

NO_PAGE = {
    "api_me": "JSON for programs",
    "audit_csv": "a file",
    "audit_of_all_csv": "a file",
    "download": "a file",
    "healthz": "one word for whoever watches the server",
    "hours": "a file",
    "image": "a picture",
    "questions_file": "a file",
    "rejects": "a file",
    "work_ahead": "the next screen for the page that is open",
}
WITHOUT_LOGIN = {"login", "forgot", "reset", "invite", "welcome"}
PAGES = [name for name in OURS if name in CASES and "GET" in CASES[name].answers and name not in NO_PAGE]


def _answers_of_who_may_all(name: str) -> set[int | None]:
    sent = CASES[name].answers.get("POST", {})
    return {sent.get("owner"), sent.get("staff")}


# Whatever they are sent to, they answer with a page of their own where it cannot be taken.
FORMS = [name for name in OURS if name in CASES and 422 in _answers_of_who_may_all(name)]
SEVERAL = ("prompt", "run", "upload", "judge", "gold_set", "removal")
# Pages about a comparison that Ada has answered or holds.
OWN = ("answer", "work_differences")
Ids = Mapping[str, list[Any]]


def ids_of(project: Project, ada: User, folder: Path) -> Ids:
    """What stands in an address, several where their pages differ; Ada may see all of them."""
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    fill(project, ada)
    judges_with_cards(project, ada)
    add_ratios(project)
    add_refusals(project)
    ids = {key: [value] for key, value in (things_of(project, folder) | belongings_of(ada)).items()}
    for key in SEVERAL:
        more = getattr(project, f"{key}s").exclude(public=ids[key][0]).order_by("pk")
        ids[key] += [each.public for each in more[:3]]
    ids["person"].append(ada.public)
    ids["answer"], ids["work_differences"] = [answered(project, ada)], [held(project, ada)]
    return ids


def answered(project: Project, ada: User) -> UUID:
    """The comparison that Ada has answered."""
    assignment = take_next(ada, project).assignment
    assert assignment is not None
    submit_judgment(assignment.comparison, Answer(uuid4(), {"main": ["tie"]}), by=ada)
    return assignment.comparison.public


def held(project: Project, ada: User) -> UUID:
    """The comparison that is on Ada's work page."""
    assignment = take_next(ada, project).assignment
    assert assignment is not None
    return assignment.comparison.public


def addresses(name: str, ids: Ids) -> Iterator[str]:
    """The page of each of several things; of a page below them, that of the first."""
    of, mine = CASES[name].of, {"comparison": ids[name]} if name in OWN else {}
    for value in ids[name] if name in of else [None]:
        arguments = {key: value if key == name else mine.get(key, ids[key])[0] for key in of}
        yield reverse(name, kwargs=arguments) + _query(name, ids)


def _query(name: str, ids: Ids) -> str:
    """What a page asks for beside its address; nothing where there is nothing."""
    asked = {
        "ask_removal": {"subject": "prompt", "target": ids.get("prompt", [""])[-1]},
        "audit": {"target": "w"},
        "compare_judges": dict(zip("ab", ids.get("judge", [])[1:3], strict=False)),
        "comparisons": {"tag": LONG[:100]},
        "prompt": {"open": ids.get("comparison", [""])[0]},
    }
    return f"?{urlencode(asked[name])}" if name in asked else ""
