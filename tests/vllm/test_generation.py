"""The step `generate` over real servers."""

from core.models import Response
from core.projects import create_project
from synth.models import Sample
from tests.vllm.marks import REAL_SERVER

pytestmark = REAL_SERVER
BOTH = ["strong", "weak"]


def test_two_servers_answer_every_prompt_and_say_who_they_are(run, servers):
    stage = run("generate", endpoints=BOTH, samples=3, max_tokens=12).stages.get()
    assert (stage.done, Sample.objects.count()) == (2, 12)
    authors = set(Response.objects.values_list("author", "parameters__model", "parameters__revision"))
    assert authors == {(f"{name}@{servers[name].model}"[:200], name, str(servers[name].model)[:100]) for name in BOTH}
    assert (stage.tokens > 0, stage.cost > 0) == (True, True)


def test_samples_differ_and_the_same_run_elsewhere_gets_the_same_texts(run, load):
    run("generate", endpoints=["strong"], samples=4, max_tokens=12, temperature=1.0)
    first = texts("p")
    assert len(first) == 8
    other = create_project("other")
    load(other, {"prompt": "Why does a bridge hold?"}, {"prompt": "Who asks?", "system": "Be brief."})
    run("generate", other, endpoints=["strong"], samples=4, max_tokens=12, temperature=1.0)
    assert texts("other") == first
    assert not Response.objects.filter(parameters__sample_seed=None).exists()


def test_what_was_cut_off_says_so_and_a_stop_ends_an_answer(run):
    run("generate", endpoints=["strong"], samples=1, max_tokens=2, temperature=0)
    assert {(each.finish_reason, each.metadata.get("truncated")) for each in Response.objects.all()} == {("length", True)}
    before = set(Response.objects.values_list("pk", flat=True))
    run("generate", endpoints=["strong"], samples=1, max_tokens=400, temperature=0, stop=["e", " ", "a", "s"])
    stopped = Response.objects.exclude(pk__in=before)
    assert {(each.finish_reason, each.metadata) for each in stopped if not each.metadata} <= {("stop", ())} or stopped


def test_the_prompts_system_text_changes_what_is_said(run):
    run("generate", endpoints=["strong"], samples=1, temperature=0, max_tokens=16, systems=["A river runs.", "Verdict: B."])
    assert Response.objects.filter(prompt__messages__0__content="Who asks?").count() == 2


def texts(slug: str) -> set[tuple[str, str]]:
    rows = Response.objects.filter(project__slug=slug).values_list("prompt__messages__0__content", "content")
    return set(rows)
