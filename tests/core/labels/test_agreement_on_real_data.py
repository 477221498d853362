import json
from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from sacrebleu.metrics import BLEU

from core.labels import agreement

DATA = Path(__file__).parents[4] / "shared" / "data"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real preference data is not beside the checkout"),
]


def read(name):
    """Rows (prompt, comparison, sample, judge, choice) by kind of judge, slots in the order of the contents."""
    numbers, repeats = {}, Counter()
    rows = {"human": [], "ai": []}

    def number(thing):
        return numbers.setdefault(thing, len(numbers))

    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        content = {response["id"]: response["content"] for response in item["responses"]}
        for judgment in item["judgments"]:
            if "preference" not in judgment:
                continue
            first, second = (content[key] for key in judgment["responses"])
            preference = judgment["preference"] * (1 if first < second else -1)
            comparison = item["prompt"], frozenset([first, second])
            repeat = comparison, judgment["judge"]
            choice = 2 if preference == 0 else int(preference < 0)
            ids = number(item["prompt"]), number(comparison), repeats[repeat], number(judgment["judge"])
            rows[judgment["kind"]].append((*ids, choice))
            repeats[repeat] += 1
    return rows


def test_people_of_pandalm_agree_as_published(table):
    report = agreement.people(table(read("pandalm.jsonl")["human"]))
    assert report.krippendorff_alpha_nominal.value == pytest.approx(0.864, abs=0.002)
    assert 0.91 <= report.percent.value <= 0.93
    assert (report.n_units, report.n_pairs, report.n_people, report.n_prompts) == (999, 2997, 3, 170)
    assert all(0.83 < pair.cohen_kappa.value < 0.90 for pair in report.pairs)
    alpha = report.krippendorff_alpha_nominal
    assert 0.82 < alpha.low < alpha.value < alpha.high < 0.91


def reference_judge():
    """Sentence BLEU against the reference answer as a judge of qa_feedback, beside the people's votes."""
    bleu, comparisons = BLEU(effective_order=True), count()
    people, judge = [], []
    for prompt, line in enumerate((DATA / "qa_feedback.jsonl").read_text(encoding="utf-8").splitlines()):
        item = json.loads(line)
        score = {r["id"]: bleu.sentence_score(r["content"], [item["reference"]]).score for r in item["responses"]}
        for judgment, comparison in zip((j for j in item["judgments"] if "preference" in j), comparisons, strict=False):
            first, second = (score[key] for key in judgment["responses"])
            preference = judgment["preference"]
            people.append((prompt, comparison, 0, 1, 2 if preference == 0 else int(preference < 0)))
            judge.append((prompt, comparison, 0, 2, 2 if first == second else int(first < second)))
    return people, judge


def test_the_reference_judge_of_qa_feedback_agrees_with_people_on_63_7_percent(table):
    people, judge = reference_judge()
    report = agreement.judge_with_people(table(judge), table(people))
    assert (report.n_votes, report.n_untied, report.n_prompts) == (3000, 2616, 500)
    assert report.percent_untied.value == pytest.approx(0.637, abs=0.0005)
    assert report.percent_untied.low < 0.637 < report.percent_untied.high
