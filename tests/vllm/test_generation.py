"""The step `generate` over real servers."""

from core.models import Response
from core.projects import create_project
from synth.models import Sample
from tests.vllm.marks import REAL_SERVER

pytestmark = REAL_SERVER
LINES = ({"prompt": "Why does a bridge hold?"}, {"prompt": "Who asks?", "system": "Be brief."})


def texts(slug: str) -> set[tuple[str, str]]:
    rows = Response.objects.filter(project__slug=slug).values_list("prompt__messages__0__content", "content")
    return set(rows)


def test_two_servers_answer_every_prompt_and_say_who_they_are(run):
    stage = run("generate", endpoints=["strong", "weak"], samples=3, max_tokens=12).stages.get()
    assert (stage.done, Sample.objects.count()) == (2, 12)
    assert stage.tokens > 0
    assert stage.cost > 0
    authors = set(Response.objects.values_list("author", flat=True))
    assert {author.partition(".")[0] for author in authors} == {"strong@strong", "weak@weak"}
    assert not any("/" in author for author in authors)


def test_samples_differ_and_the_same_run_elsewhere_gets_the_same_texts(run, load):
    run("generate", endpoints=["strong"], samples=4, max_tokens=12, temperature=1.0)
    assert len(texts("p")) == 8
    other = create_project("other")
    load(other, *LINES)
    run("generate", other, endpoints=["strong"], samples=4, max_tokens=12, temperature=1.0)
    assert texts("other") == texts("p")


def test_what_was_cut_off_says_so_and_what_ended_by_itself_does_not(run):
    run("generate", endpoints=["strong"], samples=1, max_tokens=2, temperature=0)
    cut = Response.objects.filter(parameters__max_tokens=2)
    assert {(each.finish_reason, each.metadata.get("truncated")) for each in cut} == {("length", True)}
    run("generate", endpoints=["strong"], samples=1, max_tokens=500, temperature=1, stop=["e", "a", " "])
    ended = Response.objects.filter(parameters__max_tokens=500)
    assert {(each.finish_reason, each.metadata.get("truncated")) for each in ended} == {("stop", None)}
