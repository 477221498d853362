"""The form of an endpoint: types are checked here, what fits together by the verbs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from core.models import Project
from synth.endpoints import FIELDS
from synth.models import Endpoint, Kind
from synth.models.endpoint import LATEST, Structure
from synth.views.grouped import Grouped, choice, decimal, number, switch, words

CODE = {"class": "code", "dir": "ltr", "spellcheck": "false", "autocapitalize": "off"}
MOST_COUNT = 2_000_000_000


class EndpointForm(Grouped, forms.Form):
    """Without `name` where the endpoint exists: its name stays."""

    groups = (
        ("What answers", ("name", "kind", "address", "model", "revision", "family", "tokenizer")),
        ("Who may use it", ("external", "key_variable", "projects")),
        ("What it can do", ("structure", "logprobs", "context")),
        ("How much at once", ("concurrency", "requests_a_minute", "tokens_a_minute")),
        ("How long it may take", ("connect_seconds", "reply_seconds")),
        ("What it costs", ("price_in", "price_out")),
    )
    name = words("Name", "Stands in judges and recipes, and stays. Like judge-70b.", longest=60, attrs=CODE)
    kind = choice("Kind", Kind.choices, initial=Kind.OPENAI)
    address = words(
        "Address",
        "Of a server, up to and with /v1, like http://10.0.0.5:8000/v1. Empty for a local model.",
        longest=300,
        required=False,
        attrs=CODE,
    )
    model = words(
        "Model",
        "As the server names it, or the folder of a local model. Empty: the only one that the server has.",
        longest=300,
        required=False,
        attrs=CODE,
    )
    revision = words(
        "Revision",
        f"Of the model. {LATEST} is looked up when a run starts, and the run keeps to it.",
        longest=100,
        initial=LATEST,
        attrs=CODE,
    )
    family = words(
        "Family",
        "Such as llama. A judge may be partial to its own family; its card tells.",
        longest=100,
        required=False,
    )
    tokenizer = words(
        "Tokenizer",
        "Its folder, for density ratios with a server. Empty: where the model is.",
        longest=300,
        required=False,
        attrs=CODE,
    )
    external = switch(
        "Belongs to others", "Text leaves the house. Projects whose text stays inside cannot use it.", initial=True
    )
    key_variable = words(
        "Key",
        "The environment variable that holds it, like PREFEREE_KEY_JUDGE; never the key itself. Empty: no key.",
        longest=100,
        required=False,
        attrs=CODE,
    )
    projects = forms.ModelMultipleChoiceField(
        Project.objects.none(),
        label="Projects",
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all projects may use it.",
        error_messages={"invalid_choice": "Choose among the projects that are shown."},
    )
    structure = choice(
        "Form of a reply", Structure.choices, "Whether it can be held to JSON that fits.", initial=Structure.NONE
    )
    logprobs = switch("Tells probabilities", "Log-probabilities of the tokens that it writes: for soft preferences.")
    context = number(
        "Context", "Tokens of prompt and reply together. Empty: not known.", most=MOST_COUNT, required=False
    )
    concurrency = number("Requests in flight", "The most from one worker.", most=32_767, initial=16)
    requests_a_minute = number(
        "Requests a minute", "All workers together. Empty: no limit.", most=MOST_COUNT, required=False
    )
    tokens_a_minute = number(
        "Tokens a minute", "All workers together. Empty: no limit.", most=MOST_COUNT, required=False
    )
    connect_seconds = number(
        "Seconds to connect", "Longer, and it counts as away.", least=0.1, most=600, whole=False, initial=10
    )
    reply_seconds = number(
        "Seconds to reply",
        "Longer, and the request is sent again, a few times.",
        least=0.1,
        most=86_400,
        whole=False,
        initial=120,
    )
    price_in = decimal("A million tokens read", "What prompts cost.", max_digits=10, decimal_places=4, initial=0)
    price_out = decimal("A million tokens written", "What replies cost.", max_digits=10, decimal_places=4, initial=0)

    def __init__(self, *args: Any, endpoint: Endpoint | None = None, **kwargs: Any) -> None:
        if endpoint is not None:
            kwargs["initial"] = {name: _plain(getattr(endpoint, name)) for name in FIELDS}
            kwargs["initial"]["projects"] = list(endpoint.projects.values_list("slug", flat=True))
        super().__init__(*args, **kwargs)
        if endpoint is not None:
            del self.fields["name"]
        projects = self.fields["projects"]
        projects.queryset = Project.objects.standing().order_by("name")  # type: ignore[attr-defined]
        projects.label_from_instance = lambda project: project.name  # type: ignore[attr-defined]

    @property
    def said(self) -> dict[str, Any]:
        """What a valid form says of the endpoint, without its name and its projects."""
        return {name: self.cleaned_data[name] for name in FIELDS}

    def mark(self, faults: Mapping[str, str]) -> None:
        for name, said in faults.items():
            self.add_error(name if name in self.fields else None, said)


def _plain(value: Any) -> Any:
    """10.0 as 10, 0.1500 as 0.15."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return f"{value:g}" if isinstance(value, float) else value
