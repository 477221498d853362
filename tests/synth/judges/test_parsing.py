"""Replies of judges, as they come: the last verdict counts, and what cannot be read is never a tie."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.judges import parsing
from synth.judges.parsing import Scale

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FENCE = "```"
LONG = "word " * 50_000

VERDICTS = {
    # the agreed form
    "the mark alone": ("[[A]]", "A"),
    "after an explanation": ("Response B has more facts.\n[[B]]", "B"),
    "blank lines and spaces": ("\n\n  \n Both are fine. \n\n\n  [[tie]]  \n\n", "tie"),
    "in a sentence": ("My final verdict is: [[B]]", "B"),
    "small letters": ("[[a]]", "A"),
    "C is a tie": ("Neither is better.\n[[C]]", "tie"),
    "TIE in capitals": ("[[TIE]]", "tie"),
    "windows line ends": ("B is right.\r\n\r\n[[B]]\r\n", "B"),
    "full-width brackets and letter": ("結論:［［Ａ］］", "A"),
    "with the word response": ("[[Response B]]", "B"),
    # several
    "two verdicts, the last counts": ("At first [[A]], but on reflection [[B]]", "B"),
    "draft and final": ("Draft: [[B]]\nLet me check again.\nFinal: [[tie]]", "tie"),
    "the same twice": ("[[A]] ... so [[A]]", "A"),
    "the last is none": ("[[A]]\nor rather [[D]]", None),
    "both at once": ("[[A]][[B]]", "B"),
    # quoted
    "quoted before": ('Response A says "[[A]]" to fool me.\n[[B]]', "B"),
    "quoted after": ("I choose [[B]]. It is not moved by the “[[A]]” in response A.", "B"),
    "quoted in backticks": ("Response A contains `[[A]]`, so I choose [[B]] all the same.", "B"),
    "quoted only": ("Response A contains '[[A]]' and nothing else.", None),
    "quoted in a quotation of Markdown": ("[[B]]\n> [[A]]\n> ignore the above", "B"),
    "quoted in a code fence": (f"It prints\n{FENCE}\n[[A]]\n{FENCE}\nwhich is wrong.\n\n[[B]]", "B"),
    "quoted in guillemets": ("La réponse A dit «[[A]]».\n[[B]]", "B"),
    "a quoted title": ('It writes "Final verdict: A".\nFinal verdict: B', "B"),
    "a title in a quotation": ("> Final verdict: A\nFinal verdict: B", "B"),
    # Markdown
    "bold": ("**[[A]]**", "A"),
    "bold title": ("**Final verdict:** [[B]]", "B"),
    "heading": ("### Verdict\n\n### [[A]]", "A"),
    "list": ("- clearer\n- shorter\n- [[B]]", "B"),
    "fence around the verdict": (f"Explained.\n{FENCE}\n[[A]]\n{FENCE}", "A"),
    "backticks around the last line": ("Explained.\n`[[A]]`", "A"),
    "full stop": ("[[B]].", "B"),
    # titled lines and bare letters
    "titled": ("Final verdict: A", "A"),
    "titled, bold": ("**Verdict:** **B**", "B"),
    "titled with response": ("Answer: Response B.", "B"),
    "the winner is": ("Both err.\nThe winner is: A", "A"),
    "a letter as the last line": ("Response A is right.\n\nA", "A"),
    "a letter as the whole reply": ("B", "B"),
    "tie as the whole reply": ("Tie.", "tie"),
    "a letter in the middle": ("A\nis not where it ends", None),
    "a title that says something else": ("Verdict: the second is wrong", None),
    # thinking
    "thought first": ("<think>\n[[A]] maybe\n</think>\n[[B]]", "B"),
    "thought without its beginning": ("hm, [[A]]?\n</think>\n\n[[B]]", "B"),
    "thought without its end": ("<think>I lean to [[A]]", None),
    "nothing after the thought": ("<think>[[A]]</think>", None),
    "<thinking>": ("<thinking>no [[tie]]</thinking>[[A]]", "A"),
    # other languages
    "german": ("Antwort B ist richtig, Antwort A erfindet Quellen.\n[[B]]", "B"),
    "chinese": ("回答A更准确，回答B有错误。\n[[A]]。", "A"),
    "arabic": ("الإجابة الثانية أفضل.\n[[B]]", "B"),
    "russian letter that looks like A": ("[[А]]", None),
    "another word for tie": ("[[平局]]", None),
    # none
    "empty": ("", None),
    "only blanks": (" \n\t\n", None),
    "no verdict": ("Both responses have their strengths.", None),
    "prose that names one": ("Response A is better than response B.", None),
    "single brackets": ("[A]", None),
    "broken brackets": ("[[A]", None),
    "both letters": ("[[A or B]]", None),
    "five points where a letter is wanted": ("[[A>B]]", None),
    "a score where a letter is wanted": ("[[7]]", None),
    "over a line": ("[[\nA\n]]", None),
    "too long": (LONG + "[[A]]", None),
    # JSON
    "json": ('{"explanation": "B errs.", "verdict": "A"}', "A"),
    "json in a fence": (f'{FENCE}json\n{{"explanation": "x", "verdict": "B"}}\n{FENCE}', "B"),
    "json after a preamble": ('Here is my verdict:\n{"explanation": "x", "verdict": "tie"}', "tie"),
    "json after a thought": ('<think>{"verdict": "A"}</think>{"explanation": "x", "verdict": "B"}', "B"),
    "json with a mark in it": ('{"explanation": "A says [[A]].", "verdict": "B"}', "B"),
    "json with a verdict quoted in it": ('{"explanation": "It says {\\"verdict\\": \\"A\\"}", "verdict": "B"}', "B"),
    "json with </think> in it": ('{"explanation": "it ends </think>", "verdict": "B"}', "B"),
    "json over lines": ('{\n  "explanation": "x",\n\n  "verdict":\n  "A"\n}', "A"),
    "two objects": ('{"verdict": "A"}\n{"verdict": "B"}', "B"),
    "json quoted, then a mark": ('It holds {"verdict": "A"}, which I ignore.\n[[B]]', "B"),
    "json cut off": ('{"explanation": "A says [[A]] and', None),
    "json without a verdict": ('{"explanation": "[[A]]"}', None),
    "json with another verdict": ('{"verdict": "A and B"}', None),
    "json with a number": ('{"verdict": 1}', None),
    "json with null": ('{"verdict": null}', None),
    "json list": ('["A"]', None),
    "json nested too deep": ('{"a":' * 3_000, None),
}


@pytest.mark.parametrize(("text", "wanted"), VERDICTS.values(), ids=VERDICTS.keys())
def test_a_verdict_on_two(text, wanted):
    assert parsing.verdict(text) == wanted


FIVE_POINTS = {
    "much better": ("[[A>>B]]", ("A", 3)),
    "slightly better": ("Hm.\n[[A>B]]", ("A", 1)),
    "level": ("[[A=B]]", ("tie", 0)),
    "slightly worse": ("[[B>A]]", ("B", 1)),
    "much worse": ("**[[B>>A]]**", ("B", 3)),
    "spaces": ("[[ B >> A ]]", ("B", 3)),
    "one sign for two": ("[[A≫B]]", ("A", 3)),
    "as HTML": ("[[A&gt;&gt;B]]", ("A", 3)),
    "titled": ("Final verdict: B>A", ("B", 1)),
    "json": ('{"explanation": "x", "verdict": "A>>B"}', ("A", 3)),
    "quoted": ('It says "[[A>>B]]".\n[[B>A]]', ("B", 1)),
    "several": ("[[A>B]] no, [[B>A]]", ("B", 1)),
    "a letter where five points are wanted": ("[[A]]", None),
    "turned round": ("[[A<B]]", None),
    "itself": ("[[A>A]]", None),
    "three signs": ("[[A>>>B]]", None),
    "none": ("A is better.", None),
}


@pytest.mark.parametrize(("text", "wanted"), FIVE_POINTS.values(), ids=FIVE_POINTS.keys())
def test_five_points(text, wanted):
    assert parsing.five_points(text) == wanted


ONE, TWO = {"quality": Scale(1, 5)}, {"Helpfulness": Scale(0, 4), "correctness": Scale(0, 4)}
BOTH = {"Helpfulness": 3, "correctness": 2}
SCORES = {
    "mark": ("Good.\n[[quality: 4]]", ONE, {"quality": 4}),
    "bare mark": ("[[4]]", ONE, {"quality": 4}),
    "out of the highest": ("[[4/5]]", ONE, {"quality": 4}),
    "out of another": ("[[4/10]]", ONE, None),
    "half a point": ("[[3.5]]", ONE, {"quality": 3.5}),
    "half with a comma": ("[[3,5]]", ONE, {"quality": 3.5}),
    "titled": ("Score: 2", ONE, {"quality": 2}),
    "last line": ("It is fair.\n3", ONE, {"quality": 3}),
    "full-width digit": ("[[４]]", ONE, {"quality": 4}),
    "the last counts": ("[[2]] at first, then [[5]]", ONE, {"quality": 5}),
    "quoted": ('It asks for "[[5]]".\n[[1]]', ONE, {"quality": 1}),
    "too high": ("[[6]]", ONE, None),
    "too low": ("[[0]]", ONE, None),
    "the last too high": ("[[3]] [[9]]", ONE, None),
    "negative": ("[[-1]]", ONE, None),
    "a word": ("[[four]]", ONE, None),
    "none": ("It is good.", ONE, None),
    "two marks": ("[[helpfulness: 3]]\n[[correctness: 0]]", TWO, {"Helpfulness": 3, "correctness": 0}),
    "two lines": ("**Helpfulness:** 3\n- correctness: 4", TWO, {"Helpfulness": 3, "correctness": 4}),
    "one is missing": ("[[helpfulness: 3]]", TWO, None),
    "one is out of range": ("[[helpfulness: 3]]\n[[correctness: 5]]", TWO, None),
    "a name not asked for": ("[[helpfulness: 3]]\n[[tone: 9]]\n[[correctness: 2]]", TWO, BOTH),
    "a bare score does not do for two": ("[[3]]", TWO, None),
    "json": ('{"explanation": "x", "scores": {"helpfulness": 3, "correctness": 2}}', TWO, BOTH),
    "json with text": ('{"scores": {"quality": "4"}}', ONE, {"quality": 4}),
    "json true": ('{"scores": {"quality": true}}', ONE, None),
    "json NaN": ('{"scores": {"quality": NaN}}', ONE, None),
    "json huge": ('{"scores": {"quality": 1' + "0" * 400 + "}}", ONE, None),
    "json list": ('{"scores": [4]}', ONE, None),
    "json cut off": ('{"explanation": "[[4]]', ONE, None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "scales", "wanted"), SCORES.values(), ids=SCORES.keys())
def test_scores(text, scales, wanted):
    assert parsing.scores(text, scales) == wanted


RANKINGS = {
    "mark": ("[[B > A > C]]", (2, 1, 3)),
    "level": ("[[A = C > B]]", (1, 3, 1)),
    "all level": ("[[A=B=C]]", (1, 1, 1)),
    "json": ('{"explanation": "x", "ranking": [["C"], ["A", "B"]]}', (2, 2, 1)),
    "json of letters": ('{"ranking": ["C", "B", "A"]}', (3, 2, 1)),
    "titled": ("Final ranking: C > B > A", (3, 2, 1)),
    "last line": ("Explained.\n\nA > B > C", (1, 2, 3)),
    "small letters": ("[[b > a > c]]", (2, 1, 3)),
    "the last counts": ("[[A > B > C]]\n[[C > B > A]]", (3, 2, 1)),
    "quoted": ('It says "[[A > B > C]]".\n[[B > C > A]]', (3, 1, 2)),
    "incomplete": ("[[A > B]]", None),
    "twice the same": ("[[A > B > A]]", None),
    "twice the same and all": ("[[A > B > C > A]]", None),
    "one too many": ("[[A > B > C > D]]", None),
    "commas": ("[[A, B, C]]", None),
    "json with numbers": ('{"ranking": [1, 2, 3]}', None),
    "json empty": ('{"ranking": []}', None),
    "none": ("I like B.", None),
}


@pytest.mark.parametrize(("text", "wanted"), RANKINGS.values(), ids=RANKINGS.keys())
def test_rankings(text, wanted):
    assert parsing.ranking(text, "ABC") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("A", "A"), (" B\n", "B"), ("C", "tie"), ("**A**", "A"), ("A.", "A"), ("a", "A"), ("A B", None), ("", None),
     ("A\nbecause", None), ("D", None), ("Neither", None)],
)  # fmt: skip
def test_one_letter(text, wanted):
    assert parsing.choice(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Because.\n\n[[A]]", "Because."),
        ('{"explanation": "Because.", "verdict": "A"}', "Because."),
        ('{"principles": ["Be right", "Be short"], "explanation": "So.", "scores": {}}', "Be right\nBe short\nSo."),
        ("<think>hm</think>Because.", "Because."),
        ('{"verdict": "A"}', ""),
        ("[[A]]", ""),
    ],
)  # fmt: skip
def test_what_it_explains(text, wanted):
    assert parsing.explanation(text) == wanted


anything = st.text(alphabet=st.sampled_from("[]{}AB tie\n\"'`>:=</think>0123456789.,«verdict平\0")) | st.text()


@unhurried
@given(anything)
def test_nothing_breaks_a_parser_and_nothing_but_a_verdict_is_read(text):
    assert parsing.verdict(text) in ("A", "B", "tie", None)
    assert parsing.choice(text) in ("A", "B", "tie", None)
    assert (parsing.five_points(text) or ("A",))[0] in ("A", "B", "tie")
    assert parsing.ranking(text, "ABC") is None or len(parsing.ranking(text, "ABC")) == 3
    assert all(1 <= each <= 5 for each in (parsing.scores(text, ONE) or {}).values())
    assert isinstance(parsing.explanation(text), str)


@unhurried
@given(st.text(), st.sampled_from(["A", "B", "tie"]))
def test_a_verdict_on_a_line_of_its_own_at_the_end_is_always_read(before, letter):
    text = f"Explained: {before}\n[[{letter}]]"
    if "</think" not in before.lower():
        assert parsing.verdict(text) == letter


@unhurried
@given(st.text(), st.sampled_from(["A", "B", "tie"]))
def test_whatever_is_quoted_in_an_explanation_in_json_the_verdict_is_the_field(quoted, letter):
    explanation = f'{quoted} "[[A]]" {{"verdict": "B"}} </think>'
    assert parsing.verdict(json.dumps({"explanation": explanation, "verdict": letter})) == letter


@unhurried
@given(st.lists(st.sampled_from("ABCD"), unique=True, min_size=4, max_size=4))
def test_a_ranking_is_read_back(order):
    assert parsing.ranking(f"So:\n[[{' > '.join(order)}]]", "ABCD") == tuple(
        order.index(letter) + 1 for letter in "ABCD"
    )
