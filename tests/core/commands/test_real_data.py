"""What the commands say of real preference data, against published figures."""

import json

import pytest

from core.models import Judgment

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]


def test_the_feedback_of_fine_grained_rlhf(manage, shared_data):
    path = shared_data / "qa_feedback.jsonl"
    assert manage("ingest", path, "--project", "qa", "--json").json[0]["added"] == {
        "prompts": 500,
        "responses": 2487,
        "comparisons": 3500,
        "judgments": 3500,
        "scores": 0,
    }
    assert set(manage("ingest", path, "--project", "qa", "--json").json[0]["added"].values()) == {0}
    single = Judgment.objects.filter(k=1)
    assert (single.count(), sum(len(spans) for spans in single.values_list("spans", flat=True))) == (500, 1373)
    assert Judgment.objects.filter(k=2).count() == 3000
    assert manage("run_recipe", "reference", "--project", "qa").code == 0
    report = manage("report", "--project", "qa", "--json").json
    judge = report["agreement"]["judges"]["reference"]
    assert judge["percent_untied"] == pytest.approx(63.7, abs=0.05)
    assert judge["percent_untied_n"] == 2616
    assert judge["percent_untied_interval"][0] < 63.7 < judge["percent_untied_interval"][1]
    assert report["counts"]["judgments"]["people"] == 3500
    assert (report["labels"]["winner"], report["labels"]["ties"]) == (2616, 384)


def test_the_pandalm_test_set(manage, shared_data):
    manage("ingest", shared_data / "pandalm.jsonl", "--project", "pandalm")
    report = manage("report", "--project", "pandalm", "--json").json
    assert report["counts"]["prompts"] == 170
    assert report["counts"]["judgments"]["people"] == 2997
    people = report["agreement"]["people"]
    assert people["krippendorff_alpha_nominal"] == pytest.approx(0.864, abs=0.002)
    assert people["krippendorff_alpha_nominal_n"] == 999
    assert (people["percent"], people["percent_n"]) == (pytest.approx(92.0, abs=0.1), 2997)
    assert set(report["agreement"]["judges"]) == {"gpt-3.5-turbo", "pandalm-7b"}


def test_llmbar_with_its_repeats_in_both_orders(manage, shared_data):
    path = shared_data / "llmbar.jsonl"
    assert manage("ingest", path, "--project", "llmbar", "--json").json[0]["added"]["judgments"] == 29214
    assert set(manage("ingest", path, "--project", "llmbar", "--json").json[0]["added"].values()) == {0}
    report = manage("report", "--project", "llmbar", "--json").json
    assert report["counts"]["judgments"] | {"not_counted": {}} == {
        "people": 0,
        "judges": 28795,
        "gold": 419,
        "not_counted": {},
        "both_bad": 0,
    }
    with path.open(encoding="utf-8") as file:
        names = {said["judge"] for line in file for said in json.loads(line)["judgments"]}
    assert set(report["agreement"]["gold"]) == names - {"gold"}
    assert report["agreement"]["judges"] == {}
