"""What the verbs of the audit log mean, in words. A verb that is not here is shown as it is."""

import re
from collections.abc import Mapping
from typing import Any

SENTENCES: Mapping[str, str] = {
    "account.change": "Changed their account",
    "account.create": "Signed up",
    "account.erase": "Erased an account",
    "account.first": "Made the first account",
    "admin.add": "Added a row in the admin",
    "admin.change": "Changed a row in the admin",
    "admin.delete": "Deleted a row in the admin",
    "assignment.give": "Gave a comparison to somebody",
    "assignment.take_back": "Took a comparison back from somebody",
    "audit.download": "Downloaded the audit log",
    "comparison.assign": "Assigned comparisons",
    "comparison.decide": "Decided a comparison",
    "comparison.tag": "Tagged prompts",
    "comparison.votes": "Set how many votes comparisons want",
    "contest.raise": "Contested a decision",
    "dataset.download": "Downloaded a file of a dataset",
    "dataset.export": "Exported a dataset",
    "endpoint.bring_back": "Brought an endpoint back",
    "endpoint.change": "Changed an endpoint",
    "endpoint.create": "Added an endpoint",
    "endpoint.retire": "Retired an endpoint",
    "endpoint.test": "Tested an endpoint",
    "flag.raise": "Flagged a comparison for review",
    "flag.resolve": "Resolved a flag",
    "group.change": "Changed a group",
    "group.delete": "Deleted a group",
    "group.make": "Made a group",
    "group.people": "Changed who is in a group",
    "guidelines.publish": "Published guidelines",
    "import": "Imported a file",
    "import.rejects": "Downloaded the refused lines of an import",
    "invitation.accept": "Accepted an invitation",
    "invitation.create": "Made an invitation",
    "invitation.revoke": "Revoked an invitation",
    "judge.change": "Changed a model judge that was not used yet",
    "judge.create": "Made a model judge",
    "judge.pin": "Set the model that a judge asks, for its first run",
    "judge.version": "Made a new version of a model judge",
    "judge_prompt.save": "Saved a judge prompt",
    "judge_prompt.try": "Tried a judge prompt on a few comparisons",
    "judgment.revise": "Changed an answer of their own",
    "judgment.undo": "Took their last answer back",
    "login": "Logged in",
    "login.failed": "Failed to log in",
    "logout": "Logged out",
    "member.groups": "Changed the groups of somebody",
    "member.pause": "Paused somebody",
    "member.remove": "Removed somebody from the project",
    "member.resume": "Ended the pause of somebody",
    "member.role": "Changed the role of somebody",
    "password.change": "Changed their password",
    "password.reset": "Set a new password by e-mail",
    "project.archive": "Archived the project",
    "project.change": "Changed the settings",
    "project.create": "Created the project",
    "project.delete": "Asked to delete the project",
    "project.deleted": "Deleted the project",
    "project.hand_over": "Handed the project over",
    "project.reading": "Changed what people see beside the texts, and in which order",
    "project.restore": "Took the project out of the archive",
    "questions.publish": "Published questions",
    "recipe.create": "Brought a recipe",
    "removal.ask": "Asked for a removal",
    "removal.done": "Finished a removal",
    "response.write": "Wrote a response",
    "rubric.save": "Saved a rubric",
    "run.cancel": "Cancelled a run",
    "run.pause": "Paused a run",
    "run.resume": "Resumed a run",
    "run.retry": "Retried what had failed in a run",
    "run.start": "Started a run",
    "schedule.change": "Changed a schedule",
    "schedule.create": "Made a schedule",
    "schedule.delete": "Deleted a schedule",
    "schedule.pause": "Paused a schedule",
    "schedule.resume": "Resumed a schedule",
    "session.end": "Ended a session",
    "team.hours": "Downloaded hours",
    "token.create": "Made a token",
    "token.revoke": "Revoked a token",
    "upload.begin": "Began to upload a file",
    "upload.expire": "Removed an upload that was not finished",
    "upload.remove": "Removed an uploaded file",
    "view.audit": "Looked at the audit log",
    "view.erased": "Looked at something erased",
    "view.hours": "Looked at the hours of people",
    "view.names": "Looked at who judged and why",
}
# By the first part of the verb: the page of a thing whose public id is the target.
PAGES: Mapping[str, tuple[str, str]] = {"run": ("run", "run"), "removal": ("removal", "removal")}
LONGEST_VALUE = 120
DIGEST = re.compile("[0-9a-f]{64}")


def in_words(verb: str) -> str:
    return SENTENCES.get(verb) or verb.replace(".", " ").replace("_", " ").capitalize()


def detail_in_words(detail: Mapping[str, Any]) -> str:
    """`file train.jsonl, inputs 12`; what is long is cut."""
    return ", ".join(
        f"{name.replace('_', ' ')} {_short(value)}" for name, value in sorted(detail.items()) if _says(value)
    )


def _says(value: object) -> bool:
    return value not in (None, "", [], {})


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        text = "; ".join(f"{name}={_short(inner)}" for name, inner in value.items() if _says(inner))
    elif isinstance(value, list):
        text = "; ".join(map(_short, value))
    else:
        text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
        text = f"{text[:16]}…" if DIGEST.fullmatch(text) else text
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
