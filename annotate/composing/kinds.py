"""The kinds of questions as a composer offers them: what each is for, and what can be set in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.composing.cells import Attributes, Control, Flag, Named, Number, Points, Words


@dataclass(frozen=True, slots=True)
class Sort:
    """`new` is what a question of the kind begins as, `purpose` the sentence under its button."""

    kind: str
    label: str
    purpose: str
    new: Mapping[str, Any]
    controls: Sequence[Control] = ()
    can_be_main: bool = False


SCALE = (Number("lowest", "Lowest point"), Number("highest", "Highest point"))
BOTH_BAD = "Both bad: neither should be given to anybody"
SHORTEST = Number("shortest", "At least so many characters", "Empty: any length.")
NAMED = "One a line. “name = words” gives it another name in the data."

SORTS = {
    sort.kind: sort
    for sort in (
        Sort(
            "pairwise",
            "Which is better",
            "Two responses beside each other: which is better, and how much.",
            {"text": "Which answer is better?", "strengths": ["slightly", "somewhat", "much"], "tie": True},
            (Points(), Flag("both_bad", BOTH_BAD)),
            can_be_main=True,
        ),
        Sort(
            "ranking",
            "Rank a list",
            "Two or more responses, put in order from the best to the worst.",
            {"text": "Put the answers in order, the best first", "ties": True},
            (
                Flag("ties", "Ties: several may share a rank"),
                Flag("partial", "Partial: some may be left out, and stand last"),
                Flag("both_bad", "All bad: none should be given to anybody"),
            ),
            can_be_main=True,
        ),
        Sort(
            "thumbs",
            "Thumbs",
            "Up or down for each response by itself, as KTO trains on.",
            {"text": "Is this a good answer?"},
            can_be_main=True,
        ),
        Sort(
            "rating",
            "Ratings",
            "A number for each response and attribute, with words for what a point means.",
            {
                "text": "How good is each answer?",
                "attributes": [{"name": "quality", "text": "Quality"}],
                "lowest": 1,
                "highest": 5,
            },
            (*SCALE, Attributes()),
            can_be_main=True,
        ),
        Sort(
            "rubric",
            "Rubric",
            "Yes or no to each criterion, for each response.",
            {
                "text": "What holds of each answer?",
                "criteria": [{"name": "correct", "text": "It is correct"}],
                "partly": True,
            },
            (Named("criteria", "name", "Criteria", NAMED), Flag("partly", "“Partly” is an answer too")),
        ),
        Sort(
            "choice",
            "Choice",
            "One or several of your own options, about the comparison or about each response.",
            {
                "text": "What kind of request is it?",
                "options": [{"value": "question", "text": "Question"}, {"value": "task", "text": "Task"}],
            },
            (
                Named("options", "value", "Options", NAMED),
                Flag("many", "Several may be chosen"),
                Flag("per_response", "Asked of each response by itself"),
            ),
        ),
        Sort(
            "text",
            "Own words",
            "A reason or a remark in words, with tags to tick.",
            {"text": "Why?"},
            (SHORTEST, Words("tags", "Tags to tick", "One a line; any number of them may be ticked.")),
        ),
        Sort(
            "spans",
            "Mark passages",
            "Passages inside a response, marked with a category and a note.",
            {
                "text": "Mark what is wrong",
                "categories": [{"value": "mistake", "text": "Mistake"}],
            },
            (Named("categories", "value", "Categories", NAMED),),
        ),
        Sort(
            "rewrite",
            "Write a better one",
            "A person edits a response; theirs becomes a response of its own, compared with the one it edits.",
            {"text": "Write a better answer"},
            (SHORTEST,),
        ),
    )
}
