"""What one version of a question set changed of another, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from annotate.composing.cells import Cells, Control, Question, first
from annotate.composing.drafts import COMMON, cells_of
from annotate.composing.kinds import SORTS
from annotate.composing.wording import title_of, words_of

MOST_SENTENCES = 30
LONGEST_TITLE = 60


def changes(before: Sequence[Question], after: Sequence[Question]) -> list[str]:
    """Nothing where they ask the same in the same way; questions are the same where their ids are."""
    old, new = _by_id(before), _by_id(after)
    said = [f"Added {_quoted(new[name])} ({_sort(new[name])})." for name in new if name not in old]
    said += [f"Removed {_quoted(old[name])}." for name in old if name not in new]
    for name in new:
        if name in old:
            said += _of_one(old[name], new[name], after)
    if _order(old, new) != _order(new, old):
        said.append("Put the questions in another order.")
    more = len(said) - MOST_SENTENCES
    return said if more <= 0 else [*said[:MOST_SENTENCES], f"And {more} more changes."]


def _of_one(old: Question, new: Question, questions: Sequence[Question]) -> list[str]:
    title = _quoted(new)
    if old.get("kind") != new.get("kind"):
        return [f"{title} is now answered as: {_sort(new)}."]
    if new.get("kind") not in SORTS:
        return [f"{title} changed."] if old != new else []
    was, now = cells_of(old), cells_of(new)
    said = [f"{_quoted(old)} now reads {title}."] if was.get("text") != now.get("text") else []
    for control in (*COMMON[1:], *SORTS[str(new["kind"])].controls):
        said += [f"{title}: {sentence}" for sentence in _of_control(control, old, new, was, now)]
    if (was.get("when"), set(was.get("is", []))) != (now.get("when"), set(now.get("is", []))):
        said.append(f"{title} is now asked {condition_in_words(new, questions)}.")
    return said


def condition_in_words(question: Question, questions: Sequence[Question]) -> str:
    """`always`, or `only if “Which is better?” is both bad`."""
    when = question.get("when")
    if not when:
        return "always"
    other = next((each for each in questions if each.get("id") == when["question"]), None)
    labels = words_of(other) if other else {}
    words = " or ".join(labels.get(word, word) for word in when["is"])
    return f"only if {_quoted(other) if other else when['question']} is {words}"


def _of_control(control: Control, old: Question, new: Question, was: Cells, now: Cells) -> list[str]:
    if control.write(old) == control.write(new):
        return []
    if control.type == "flag":
        return [f"“{control.label}” is now {'on' if first(now, control.name) else 'off'}."]
    if control.type == "points":
        return [_points(old, new)]
    if control.type in ("lines", "attributes"):
        return _listed(control, old, new)
    value = first(now, control.name)
    return [f"{control.label.lower()} is now “{value}”." if value else f"{control.label.lower()} is gone."]


def _points(old: Question, new: Question) -> str:
    def points(question: Question) -> int:
        return 2 * len(question.get("strengths", [])) + bool(question.get("tie"))

    if points(old) != points(new):
        return f"{points(new)} points in place of {points(old)}."
    return f"the strengths are now {', '.join(map(str, new.get('strengths', [])))}."


def _listed(control: Control, old: Question, new: Question) -> list[str]:
    was, now = _elements(old.get(control.name)), _elements(new.get(control.name))
    label = control.label.lower()
    said = [f"{label}: added “{now[name][0]}”." for name in now if name not in was]
    said += [f"{label}: removed “{was[name][0]}”." for name in was if name not in now]
    said += [f"{label}: “{now[name][0]}” changed." for name in now if name in was and was[name] != now[name]]
    return said or [f"{label} are in another order."]


def _elements(elements: Any) -> dict[str, tuple[str, str]]:
    """By name what people read, with all that belongs to it."""
    found = {}
    for each in elements or []:
        parts: Mapping[str, Any] = each if isinstance(each, Mapping) else {"name": each}
        name = str(parts.get("name", parts.get("value", "")))
        found[name] = (str(parts.get("text") or name), repr(sorted((parts.get("anchors") or {}).items())))
    return found


def _by_id(questions: Sequence[Question]) -> dict[str, Question]:
    return {str(question.get("id")): question for question in questions}


def _order(questions: Mapping[str, Question], others: Mapping[str, Question]) -> list[str]:
    return [name for name in questions if name in others]


def _quoted(question: Question) -> str:
    title = title_of(question) if question.get("kind") in SORTS else str(question.get("text") or question.get("id"))
    return f"“{title[:LONGEST_TITLE]}…”" if len(title) > LONGEST_TITLE else f"“{title}”"


def _sort(question: Question) -> str:
    kind = str(question.get("kind"))
    return SORTS[kind].label.lower() if kind in SORTS else kind
