"""What everybody is answered, in the words that many URLs share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PRINCIPALS = ("anonymous", "outsider", "viewer", "annotator", "reviewer", "owner", "staff")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NO_SUCH = "nowhere"
Statuses = Mapping[str, int]


def for_all(status: int, **others: int) -> Statuses:
    return {principal: others.get(principal, status) for principal in PRINCIPALS}


SEE = for_all(200, anonymous=302, outsider=404)
READ = SEE | {"annotator": 403}
MANAGE = SEE | {"viewer": 403, "annotator": 403, "reviewer": 403}
# What a form does leads to another page. The run of these tests goes, and nothing of it has failed.
ACT = MANAGE | {"owner": 302, "staff": 302}
CONFLICT = MANAGE | {"owner": 409, "staff": 409}
JUDGE = SEE | {"viewer": 403, "staff": 403}
# Of the comparison that the annotator holds; to others there is none before them.
DIFFERENCES = JUDGE | {"reviewer": 404, "owner": 404}
SAVE = READ | dict.fromkeys(("viewer", "reviewer", "owner", "staff"), 422)
# Only who saved a filter deletes it.
OWN_FILTER = {"viewer": 404, "reviewer": 404, "owner": 302, "staff": 404}
# Of those who may judge, only the annotator has reserved the comparison of these tests.
RESERVED = JUDGE | {"annotator": 302, "reviewer": 403, "owner": 403}

# Who judged, in which order, and why; who may know names sees what judges and gold are, too.
NAMES = SEE | {"viewer": 403, "annotator": 403}

# What is to be removed stands in the query, which is empty here.
NO_TARGET = MANAGE | {"owner": 404, "staff": 404}


def changed(status: int) -> Statuses:
    """A form that is sent as it is here, by those who manage."""
    return MANAGE | dict.fromkeys(("owner", "staff"), status)


# Nobody here has reserved a comparison and may decide it.
REVIEW = MANAGE | {"reviewer": 302, "owner": 302, "staff": 302}
OWN = for_all(200, anonymous=302)
STAFF = for_all(403, anonymous=302, staff=200)


def changed_own(status: int) -> Statuses:
    """A form about one's own account, that is sent as it is here."""
    return for_all(status, anonymous=302)


@dataclass(frozen=True)
class Case:
    """What a URL answers to whom, by method; a method that is not named here is not allowed to anybody."""

    answers: Mapping[str, Statuses]
    of: tuple[str, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)
