"""Every question set that fits, for hypothesis: all kinds, in any combination and with any words."""

from typing import Any

from hypothesis import strategies as st

from annotate.composing.wording import words_of

NAMES = st.text(st.sampled_from("abcz_09"), max_size=4).map(lambda rest: f"n{rest}")
LETTERS = st.sampled_from("ab Zé0ع漢,=|:#-'\"<{%&*!?")
# On one line, as an input of a form gives it back.
LINES = st.text(LETTERS, min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
# What stands before a `=` in a line is a name.
WORDS = LINES.map(lambda text: text.replace("=", "").replace(",", "").strip()).filter(bool)
MAINS = ("pairwise", "ranking", "thumbs", "rating")
OTHERS = ("pairwise", "ranking", "thumbs", "rating", "rubric", "choice", "text", "spans", "rewrite")


def unique(things: Any, key: str = "", most: int = 4) -> Any:
    by = (lambda each: each[key].casefold()) if key else (lambda each: each.casefold())
    return st.lists(things, min_size=1, max_size=most, unique_by=by)


def switched(draw: Any, *names: str) -> dict[str, bool]:
    return {name: True for name in names if draw(st.booleans())}


@st.composite
def parts(draw: Any, kind: str) -> dict[str, Any]:
    """What only questions of the kind have; a switch that is off is not written."""
    if kind == "pairwise":
        words = draw(unique(WORDS.map(lambda word: word[:24].strip()), most=3))
        return {"strengths": words, **switched(draw, "tie", "both_bad")}
    if kind == "ranking":
        return switched(draw, "ties", "partial", "both_bad")
    if kind == "rating":
        lowest = draw(st.integers(-3, 3))
        highest = lowest + draw(st.integers(1, 6))
        anchors = st.dictionaries(st.integers(lowest, highest).map(str), LINES, min_size=1, max_size=3)
        attribute = st.fixed_dictionaries({"name": NAMES}, optional={"text": LINES, "anchors": anchors})
        return {"attributes": draw(unique(attribute, "name")), "lowest": lowest, "highest": highest}
    if kind == "rubric":
        criterion = st.fixed_dictionaries({"name": NAMES, "text": LINES})
        return {"criteria": draw(unique(criterion, "name")), **switched(draw, "partly")}
    if kind in ("choice", "spans"):
        key = "options" if kind == "choice" else "categories"
        valued = st.fixed_dictionaries({"value": WORDS, "text": LINES})
        more = switched(draw, "many", "per_response") if kind == "choice" else {}
        return {key: draw(unique(valued, "value")), **more}
    if kind == "text":
        tags = {"tags": draw(unique(WORDS))} if draw(st.booleans()) else {}
        return tags | ({"shortest": draw(st.integers(0, 500))} if draw(st.booleans()) else {})
    return {"shortest": draw(st.integers(0, 500))} if kind == "rewrite" and draw(st.booleans()) else {}


@st.composite
def question_sets(draw: Any) -> list[dict[str, Any]]:
    """The main question is the first, and others may depend on those above them."""
    taken = draw(st.lists(NAMES.filter(lambda name: name != "main"), max_size=4, unique=True))
    kinds = [draw(st.sampled_from(MAINS)), *(draw(st.sampled_from(OTHERS)) for _ in taken)]
    questions: list[dict[str, Any]] = []
    for name, kind in zip(["main", *taken], kinds, strict=True):
        question = {"id": name, "kind": kind, "text": draw(LINES), **draw(parts(kind))}
        question |= {"help": draw(LINES)} if draw(st.booleans()) else {}
        if questions:
            question |= switched(draw, "required")
            other = draw(st.sampled_from(questions))
            words = sorted(words_of(other))
            if words and draw(st.booleans()):
                question["when"] = {"question": other["id"], "is": draw(unique(st.sampled_from(words), most=3))}
        questions.append(question)
    return questions
