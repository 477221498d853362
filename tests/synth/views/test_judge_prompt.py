"""Judge prompts: edited beside what a model would be sent, tried on a few comparisons, saved in versions."""

import asyncio
import html as entities
import re
from typing import Any

import pytest
from django.test import Client

from core.models import AuditEvent, Project, User
from core.runs.steps import PermanentError
from synth.backends.protocol import Reply, Request
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from synth.judges.items import items_of
from synth.judges.judging import judge_items
from synth.judges.preparing import prepare
from synth.judges.prompt_files import given_prompts
from synth.judges.registry import configuration_of, judge_named
from synth.judges.templates import save_prompt
from synth.models import Endpoint, JudgePrompt
from synth.targets import target_of
from tests.core.views.markup import dangers, each_payload
from tests.factories import ComparisonFactory, ProjectFactory, PromptFactory
from tests.synth.scripted import EndpointFactory, script

HERE = "/p/helpful/judges/prompts"
EDIT, PREVIEW, TRY = f"{HERE}/edit", f"{HERE}/preview", f"{HERE}/try"
SYSTEM, TEXT = given_prompts()["pairwise"].parts
HX = {"HX-Request": "true"}
SENT = {"name": "ours", "method": "pairwise", "system": SYSTEM, "text": TEXT, "seen": "0"}


def text(response: Any) -> str:
    return entities.unescape(" ".join(response.content.decode().split()))


@pytest.fixture
def compared(project: Project) -> list[Any]:
    prompts = [PromptFactory(project=project, text=f"Question {number}?") for number in range(7)]
    return [
        ComparisonFactory(project=project, prompt=prompt, texts=[f"one of {at}", f"two of {at}"])
        for at, prompt in enumerate(prompts)
    ]


def test_the_list_shows_what_comes_with_preferee_and_the_projects_own(
    as_owner: Client, owner: User, project: Project, endpoint: Endpoint
) -> None:
    assert "No prompts of its own yet" in text(as_owner.get(HERE))
    for more in ("", "\nBe strict."):
        save_prompt(project, "ours", "pairwise", SYSTEM + more, TEXT, by=owner)
    create_judge(
        project, "j", JudgeConfiguration.model_validate({"endpoint": endpoint.name, "prompt": "ours@2"}), by=owner
    )
    html = text(as_owner.get(HERE))
    assert f'href="{EDIT}?named=ours%402"' in html
    assert 'data-label="Version">2<' in html
    assert 'data-label="Judges">1<' in html
    for name in ("pairwise", "pointwise", "listwise", "principles"):
        assert f">{name}</a>" in html


def test_the_list_takes_no_more_queries_for_more(
    as_owner: Client, owner: User, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(9):
        save_prompt(project, f"ours {number}", "pairwise", SYSTEM, TEXT, by=owner)
    with django_assert_max_num_queries(8):
        as_owner.get(HERE)


def test_a_new_one_begins_as_a_copy_and_is_saved_in_versions(as_owner: Client, owner: User, project: Project) -> None:
    assert "You compare two responses" in text(as_owner.get(EDIT))
    answer = as_owner.post(EDIT, SENT)
    assert answer["Location"] == f"{EDIT}?named=ours%401"
    changed = {**SENT, "seen": "1", "system": f"{SYSTEM}\r\nBe strict."}
    assert as_owner.post(EDIT, changed)["Location"] == f"{EDIT}?named=ours%402"
    assert JudgePrompt.objects.get(version=2).system == f"{SYSTEM}\nBe strict."
    html = text(as_owner.get(f"{EDIT}?named=ours%402"))
    assert "1 line added, 0 removed" in html
    assert "Restore…" in html
    assert AuditEvent.objects.filter(verb="judge_prompt.save", actor=owner).count() == 2


def test_whoever_was_slower_is_told_and_wins_by_saving_again(as_owner: Client, owner: User, project: Project) -> None:
    save_prompt(project, "ours", "pairwise", SYSTEM, TEXT, by=owner)
    save_prompt(project, "ours", "pairwise", SYSTEM + "\nQuick.", TEXT, by=owner)
    slow = {**SENT, "seen": "1", "system": SYSTEM + "\nSlow."}
    answer = as_owner.post(EDIT, slow)
    assert answer.status_code == 409
    html = text(answer)
    assert "Somebody has saved version 2 since you opened this page." in html
    assert "Slow." in html
    assert 'name="seen" value="2"' in html
    assert as_owner.post(EDIT, {**slow, "seen": "2"})["Location"] == f"{EDIT}?named=ours%403"
    taken = as_owner.post(EDIT, SENT)
    assert taken.status_code == 409
    assert "There is a prompt “ours” already." in text(taken)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": "$prompt $response_a $response_b $reply $secret"}, "$secret means nothing in a pairwise prompt."),
        ({"text": "$prompt $response_a $reply"}, "$response_b is missing: a pairwise prompt needs it."),
        ({"name": ""}, "A name has one to 60 characters"),
        ({"name": "pairwise"}, "comes with Preferee and stays as it is"),
        ({"text": TEXT + " x" * 25_001}, "longer than 50,000 characters"),
    ],
)
def test_what_does_not_fit_is_said_in_place(
    as_owner: Client, project: Project, change: dict[str, str], sentence: str
) -> None:
    answer = as_owner.post(EDIT, {**SENT, **change})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not JudgePrompt.objects.exists()


@pytest.mark.usefixtures("endpoint")
def test_the_preview_is_what_the_model_would_be_sent(
    as_owner: Client, project: Project, compared: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = script(monkeypatch)
    html = entities.unescape(as_owner.post(PREVIEW, SENT, headers=HX).content.decode())
    assert html.lstrip().startswith('<div class="prompt-preview" id="preview"')
    as_owner.post(TRY, SENT, headers=HX)
    for message in scripted.asked[0].messages:
        assert message["content"] in html
    assert scripted.asked[1].messages[1]["content"] in html
    assert "Trying it on 5 comparisons takes 10 replies" in " ".join(html.split())


def test_another_comparison_is_shown_with_next_and_previous(
    as_owner: Client, project: Project, compared: list[Any]
) -> None:
    first, second, *_, last = compared
    html = text(as_owner.post(PREVIEW, {**SENT, "place": str(first.public), "step": "next"}, headers=HX))
    assert "one of 1" in html
    assert f'name="place" value="{second.public}"' in html
    back = as_owner.post(PREVIEW, {**SENT, "place": str(second.public), "step": "previous"}, headers=HX)
    assert "one of 0" in text(back)
    assert "one of 6" in text(as_owner.post(PREVIEW, {**SENT, "place": str(last.public), "step": "next"}, headers=HX))
    foreign = ComparisonFactory(texts=["foreign one", "foreign two"])
    for place in (str(foreign.public), "nonsense"):
        assert "one of 0" in text(as_owner.post(PREVIEW, {**SENT, "place": place}, headers=HX))


def test_without_scripts_the_preview_is_the_whole_page(as_owner: Client, project: Project, compared: list[Any]) -> None:
    html = text(as_owner.post(PREVIEW, {**SENT, "system": "Mine. "}))
    assert "<h1" in html
    assert "Mine." in html
    assert not JudgePrompt.objects.exists()


def test_nothing_that_is_written_is_evaluated(as_owner: Client, project: Project) -> None:
    odd = "{{7*7}} {x.__class__} {% debug %} ${{7*7}} $$ %(x)s {0}"
    ComparisonFactory(project=project, texts=[f"{odd} $prompt $secret", "two"])
    html = text(as_owner.post(PREVIEW, {**SENT, "system": odd}, headers=HX))
    assert html.count(odd) == 4  # in the system message and in the response, which is fenced, of both orders
    assert not re.search(r"(?<![0-9a-f])49(?![0-9a-f])", html.replace(odd, ""))  # marks are hexadecimal
    assert "$prompt $secret" in html


def test_without_comparisons_or_endpoints_the_page_says_so(as_owner: Client, project: Project) -> None:
    html = text(as_owner.get(EDIT))
    assert "No comparison fits this method yet" in html
    assert "Nobody: no endpoint is open to this project" in html
    refused = as_owner.post(TRY, SENT, headers=HX)
    assert refused.status_code == 422
    assert "Choose a judge or an endpoint" in text(refused)


@pytest.mark.usefixtures("endpoint")
def test_a_try_shows_verdicts_raw_replies_and_what_cannot_be_read_and_pays_once(
    as_owner: Client, owner: User, project: Project, compared: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: Request) -> Reply:
        asked = request.messages[1]["content"]
        if "one of 3" in asked:
            return Reply("I had rather not say.", tokens_in=9, tokens_out=1)
        first = asked.index("one of") < asked.index("two of")
        return Reply("[[A]]" if first else "[[B]]", tokens_in=9, tokens_out=1)

    scripted = script(monkeypatch, answer)
    html = text(as_owner.post(TRY, SENT, headers=HX))
    assert html.startswith('<section class="prompt-tried" id="tried"')
    assert html.count("is better</span>") == 4
    assert html.count("Unreadable</span>") == 1
    assert "I had rather not say." in html
    asked = len(scripted.asked)
    assert asked == 12  # both orders of five, and the two that could not be read once more
    html = text(as_owner.post(TRY, SENT, headers=HX))
    assert html.count("stored before") == 5
    assert len(scripted.asked) == asked
    event = AuditEvent.objects.filter(verb="judge_prompt.try").first()
    assert event is not None
    assert (event.actor, event.detail["comparisons"], event.detail["endpoint"]) == (owner, 5, "judge-70b")


@pytest.mark.usefixtures("endpoint")
def test_what_was_tried_is_not_asked_again_by_the_version_that_is_saved(
    as_owner: Client, owner: User, project: Project, compared: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = script(monkeypatch)
    as_owner.post(TRY, {**SENT, "system": "Mine."}, headers=HX)
    asked = len(scripted.asked)
    as_owner.post(EDIT, {**SENT, "system": "Mine."})
    create_judge(
        project, "j", JudgeConfiguration.model_validate({"endpoint": "judge-70b", "prompt": "ours@1"}), by=owner
    )

    judge = judge_named(project, "j")
    items = items_of(project, [each.pk for each in compared[:5]])
    target = target_of(Endpoint.objects.get())
    asyncio.run(judge_items(project, target, prepare(project, configuration_of(judge)), items))
    assert len(scripted.asked) == asked


@pytest.mark.usefixtures("endpoint")
def test_a_failure_is_a_sentence_beside_its_comparison(
    as_owner: Client, project: Project, compared: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, lambda request: PermanentError("The server refused the key."))
    html = text(as_owner.post(TRY, SENT, headers=HX))
    assert html.count("The server refused the key.") == 5


@pytest.mark.usefixtures("endpoint")
def test_a_try_ends_though_the_model_does_not(
    as_owner: Client, project: Project, compared: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = script(monkeypatch)
    monkeypatch.setattr("synth.judges.drafts.ALL_SECONDS", 0.05)

    async def never(requests: Any) -> Any:
        await asyncio.sleep(60)

    monkeypatch.setattr(scripted, "generate", never)
    refused = as_owner.post(TRY, SENT, headers=HX)
    assert refused.status_code == 422
    assert "took longer than 0.05 seconds" in text(refused)


def test_what_a_page_may_not_ask_is_refused(as_owner: Client, project: Project, compared: list[Any]) -> None:
    EndpointFactory(name="local", kind="transformers", address="", model="/models/x")
    refused = as_owner.post(TRY, {**SENT, "chosen": "endpoint:local"}, headers=HX)
    assert "is a local model, which the workers load" in text(refused)
    EndpointFactory(name="outside", external=True)
    Project.objects.update(text_stays_inside=True)
    refused = as_owner.post(TRY, {**SENT, "chosen": "endpoint:outside"}, headers=HX)
    assert "is a local model" in text(refused)  # the other one is not even offered


def test_who_may_see_names_reads_and_neither_saves_nor_tries(
    as_reviewer: Client, owner: User, project: Project, compared: list[Any]
) -> None:
    save_prompt(project, "ours", "pairwise", SYSTEM, TEXT, by=owner)
    html = text(as_reviewer.get(f"{EDIT}?named=ours%401"))
    assert "readonly" in html
    assert "Save version" not in html
    assert as_reviewer.post(PREVIEW, SENT, headers=HX).status_code == 200
    for address in (EDIT, TRY):
        assert as_reviewer.post(address, SENT).status_code == 403
    assert as_reviewer.get(EDIT).status_code == 403


def test_a_prompt_of_another_project_is_not_here(as_owner: Client, owner: User, project: Project) -> None:
    save_prompt(ProjectFactory(), "theirs", "pairwise", SYSTEM, TEXT, by=owner)
    for named in ("theirs@1", "ours@9", "@", "x@y", "ours@99999999999"):
        assert as_owner.get(EDIT, {"named": named}).status_code == 404


@each_payload
def test_texts_do_nothing(
    as_owner: Client, owner: User, project: Project, endpoint: Endpoint, payload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, lambda request: payload)
    prompt = PromptFactory(project=project, text=payload)
    ComparisonFactory(project=project, prompt=prompt, texts=[payload, payload + "2"])
    JudgePrompt.objects.create(project=project, name=payload[:60], version=1, method="pairwise", text=TEXT)
    JudgePrompt.objects.create(project=project, name=payload[:60], version=2, method="pairwise", text=TEXT + payload)
    for page in (HERE, EDIT):
        asked = {"named": f"{payload[:60]}@2"} if page == EDIT else {}
        assert dangers(as_owner.get(page, asked).content.decode()) == []
    sent = {**SENT, "system": payload, "name": payload, "chosen": payload, "place": payload}
    for address in (EDIT, PREVIEW, TRY):
        assert dangers(as_owner.post(address, sent, headers=HX).content.decode()) == []
        assert dangers(as_owner.post(address, sent).content.decode()) == []
