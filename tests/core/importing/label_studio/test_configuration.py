"""What a labelling configuration says of the data, and that it can do no harm."""

import pytest

from core.importing.interchange import RefusedFile
from core.importing.label_studio.configuration import LONGEST, mapping_of
from core.importing.mapping import checked

PAIR = """
<View>
  <Header value="Task"/> <Text name="q" value="$ask"/> <Text name="l" value="$one.text"/> <Text name="r" value="$two"/>
  <Pairwise name="better" toName="l,r"/> <Pairwise name="shorter" toName="r, l"/>
</View>
"""
RANKED = """
<View>
  <Text name="task" value="$task"/> <Text name="prompt" value="$prompt"/>
  <List name="answers" value="$items"/> <Ranker name="rank" toName="answers"><Bucket name="good"/></Ranker>
</View>
"""


def test_a_pairwise_control_names_the_answers_and_what_is_left_is_the_prompt():
    mapping = mapping_of(PAIR)
    assert mapping == {
        "object.q": "ask",
        "object.l": "one.text",
        "object.r": "two",
        "pair.better": "one.text,two",
        "pair.shorter": "two,one.text",
        "response_1": "one.text",
        "response_2": "two",
        "main": "better",
        "prompt": "ask",
    }
    assert checked(mapping) == mapping


def test_a_ranker_names_the_list_and_a_known_name_is_the_prompt():
    mapping = mapping_of(RANKED)
    assert (mapping["items"], mapping["prompt"]) == ("items", "prompt")


@pytest.mark.parametrize(
    "configuration",
    [
        "<View/>",
        '<View><Pairwise name="better" toName="a,b"/></View>',
        '<View><Text name="a" value="$a"/><Pairwise name="p" toName="a"/><Ranker name="r"/></View>',
        '<View><Choices name="c" toName="t" value="$options"/></View>',
    ],
)
def test_what_it_does_not_say_is_left_to_the_names_of_the_data(configuration):
    assert {name for name in mapping_of(configuration) if not name.startswith("object.")} == set()


@pytest.mark.parametrize(
    ("configuration", "reason"),
    [
        ('<!DOCTYPE a [<!ENTITY b "x">]><View>&b;</View>', "declares a document type or entities"),
        ('<! doctype a SYSTEM "http://localhost/x"><View/>', "declares a document type or entities"),
        ("<View>", "is not XML"),
        ("", "is not XML"),
        ("<View>\0</View>", "is not XML"),
        ("<View>&b;</View>", "is not XML"),
        ("<View>" + "x" * LONGEST + "</View>", "is longer than 1,000,000 characters"),
    ],
)
def test_what_is_harmful_or_no_xml_is_refused(configuration, reason):
    with pytest.raises(RefusedFile, match=f"The labelling configuration {reason}"):
        mapping_of(configuration)


def test_deep_nesting_costs_nothing():
    deep = 100_000
    assert mapping_of("<a>" * deep + "</a>" * deep) == {}
