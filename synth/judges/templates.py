"""What a judge is told: a versioned text in which names stand for what is judged, each fenced as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from core import audit
from core.errors import PrefereeError
from core.models import Project, User
from synth.backends.protocol import Message
from synth.judges.configuration import Method
from synth.judges.fencing import fenced, mark_of
from synth.judges.naming import name_and_version
from synth.judges.prompt_files import PromptFile, forms, given_prompts, labels_of_prompts
from synth.judges.rubrics import check_name
from synth.judges.substitution import names_in, put_in
from synth.judges.verdicts import Item
from synth.models import JudgePrompt

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST_NAME, LONGEST_TEXT = 60, 50_000
OPTIONAL = {"contexts", "reference", "rubric"}
REQUIRED: Mapping[str, set[str]] = {
    "pairwise": {"prompt", "response_a", "response_b", "reply"},
    "pointwise": {"prompt", "response", "rubric", "reply"},
    "listwise": {"prompt", "responses", "reply"},
    "principles": {"prompt", "responses", "reply"},
}


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a judge prompt. `builtin`: it comes with Preferee."""

    name: str
    version: int
    method: str
    system: str
    text: str
    builtin: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def names(self) -> set[str]:
        return names_in(self.system) | names_in(self.text)

    def messages(
        self, item: Item, order: Sequence[int], *, reply: str, rubric: str = "", reference: bool = False
    ) -> tuple[Message, ...]:
        """What is sent to judge the slots of `order`, shown in that order. `reply` says how to reply."""
        texts = [item.texts[slot] for slot in order]
        answer = item.reference or "" if reference else ""
        contexts = ["\n\n".join(filter(None, (each.get("title"), each["text"]))) for each in item.contexts]
        spoken = conversation(item)
        mark = mark_of([spoken, answer, *contexts, *texts], settings.SECRET_KEY)
        values = {
            "prompt": fenced(spoken, mark, "conversation"),
            "contexts": _block("contexts", texts="\n\n".join(fenced(each, mark, "material") for each in contexts)),
            "reference": _block("reference", text=fenced(answer, mark, "reference answer") if reference else ""),
            "rubric": _block("rubric", text=rubric),
            "reply": reply,
            **_responses(texts, mark),
        }
        system = f"{put_in(self.system, values)}\n\n{put_in(_form('fence'), {'nonce': mark})}".lstrip()
        return {"role": "system", "content": system}, {"role": "user", "content": put_in(self.text, values)}


def conversation(item: Item) -> str:
    """The whole prompt as one text, a turn after its role."""
    first = [{"role": "system", "content": item.system}] if item.system else []
    return "\n\n".join(f"[{each['role']}]\n{each['content']}" for each in [*first, *item.messages])


def template_named(project: Project, method: Method, named: str = "") -> Template:
    """The prompt NAME@VERSION, of the project or one that comes with Preferee; empty: the built-in one of the method.

    Raises PrefereeError where there is none, or where it is for another method.
    """
    given = given_prompts().get(named or method)
    found = _own(project, named) if given is None else _given(given)
    if found.method != method:
        raise PrefereeError(f"The prompt {named} is for {found.method} judges, and this judge is {method}.")
    return found


def check_text(method: str, system: str, text: str) -> None:
    """Raises PrefereeError where a name is unknown or missing, or a text too long."""
    if method not in REQUIRED:
        raise PrefereeError(f"There is no method “{method}”. The methods are {', '.join(REQUIRED)}.")
    required = REQUIRED[method]
    used = names_in(system) | names_in(text)
    known = ", ".join(f"${name}" for name in sorted(required | OPTIONAL))
    if unknown := sorted(used - required - OPTIONAL):
        raise PrefereeError(f"${unknown[0]} means nothing in a {method} prompt. The names are {known}.")
    if missing := sorted(required - used):
        raise PrefereeError(f"${missing[0]} is missing: a {method} prompt needs it. The names are {known}.")
    if max(len(system), len(text)) > LONGEST_TEXT:
        raise PrefereeError(f"The prompt is longer than {LONGEST_TEXT:,} characters. Shorten it.")


@transaction.atomic
def save_prompt(project: Project, name: str, method: str, system: str, text: str, *, by: User | None) -> JudgePrompt:
    """The newest version where it says the same, else a new one. Raises PrefereeError where something does not fit."""
    name = name.strip()
    check_name(name, LONGEST_NAME, given_prompts())
    check_text(method, system, text)
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)
    versions = JudgePrompt.objects.filter(project=project, name=name)
    newest = versions.order_by("-version").first()
    if newest is not None and (newest.method, newest.system, newest.text) == (method, system, text):
        return newest
    last = versions.aggregate(last=Max("version"))["last"] or 0
    prompt = versions.create(
        project=project, name=name, version=last + 1, method=method, system=system, text=text, created_by=by
    )
    audit.record("judge_prompt.save", project=project, actor=by, target=f"{name}@{prompt.version}", method=method)
    return prompt


def _given(given: PromptFile) -> Template:
    system, text = given.parts
    return Template(given.name, given.version, given.head["method"], system, text, builtin=True)


def _own(project: Project, named: str) -> Template:
    name, version = name_and_version(named)
    row = JudgePrompt.objects.filter(project=project, name=name, version=version).first()
    if row is None:
        raise PrefereeError(f"There is no judge prompt {named} in {project.name}. There are: {_labels(project)}.")
    return Template(row.name, row.version, row.method, row.system, row.text)


def _labels(project: Project) -> str:
    own = JudgePrompt.objects.filter(project=project).order_by("name", "version").values_list("name", "version")[:50]
    return ", ".join([*labels_of_prompts(), *(f"{name}@{version}" for name, version in own)])


def _responses(texts: Sequence[str], mark: str) -> dict[str, str]:
    titled = [(letter, fenced(text, mark, f"response {letter}")) for letter, text in zip(LETTERS, texts, strict=False)]
    return {
        "response": fenced(texts[0], mark, "response"),
        "responses": "\n\n".join(f"Response {letter}:\n{block}" for letter, block in titled),
        **{f"response_{letter.lower()}": block for letter, block in titled},
    }


def _block(name: str, **values: str) -> str:
    """A part of the prompt that is there only where it has something to show."""
    return f"{put_in(_form(name), values)}\n" if all(values.values()) else ""


def _form(name: str) -> str:
    return forms()[name].parts[0]
