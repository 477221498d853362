from typing import Any

from django.test import Client

from core.recipes.shapes import shapes_of
from core.runs.steps import offered_steps

STEPS = "/p/helpful/runs/steps"


def test_every_step_is_there_with_every_setting(as_owner: Client) -> None:
    html = as_owner.get(STEPS).content.decode()
    for name, step in offered_steps().items():
        assert f'<h2 id="step-{name}">{name}</h2>' in html
        assert all(f"<code>{shape.name}</code>" in html for shape in shapes_of(step.Config))


def test_docs_settings_and_what_only_a_shell_may_set_are_told(as_owner: Client) -> None:
    html = as_owner.get(STEPS).content.decode()
    for told in (
        "Equal texts are never compared",
        "whole number, 1 to 10,000",
        "all_pairs, random_pairs, model_pairs, list",
        "How many pairs a prompt <code>random_pairs</code> draws.",
        "Waits for people, holds no worker.",
        "Queue <code>cpu</code>, 200 inputs a shard.",
    ):
        assert told in html, told
    assert html.count("Only from a shell") == 3


def test_annotators_do_not_need_them(as_annotator: Client) -> None:
    assert as_annotator.get(STEPS).status_code == 403


def test_it_asks_the_database_for_nothing_but_who_looks(as_owner: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(5):
        as_owner.get(STEPS)
