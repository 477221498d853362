"""Each rule of the database is named, and somebody tries to break it with SQL."""

import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from core import audit
from core.bulk import fetch
from core.judges import judge_of
from core.models import AuditEvent, Failure, Judgment, Label, Project, QuestionSet, Score, Shard
from tests.factories import (
    ComparisonFactory,
    DatasetVersionFactory,
    JudgeFactory,
    JudgmentFactory,
    MembershipFactory,
    PromptFactory,
    ResponseFactory,
    RoundFactory,
    RunFactory,
    StageFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# A judgment of the pair by a judge from a file, with the fields that a case sets last; `{name}` is a row's id.
JUDGMENT = {
    "project_id": "{project}",
    "comparison_id": "{pair}",
    "k": "2",
    "judge_id": "{judge}",
    "person_id": "NULL",
    "round_id": "NULL",
    "occasion": "'first'",
    "sample": "1",
    "ranks": "'{{1,2}}'",
    "status": "'submitted'",
    "partial": "false",
    "both_bad": "false",
    "answers": "'{{}}'",
    "ratings": "'{{}}'",
    "spans": "'[]'",
    "rationale": "''",
    "live": "true",
}
PERSON = {"judge_id": "{annotator}", "person_id": "{person}", "round_id": "{round}"}


def judgment(**fields: str) -> str:
    row = {**JUDGMENT, **fields}
    names = ", ".join(f'"{name}"' for name in row)
    return f"INSERT INTO core_judgment ({names}) VALUES ({', '.join(row.values())})"


def label(**fields: str) -> str:
    row = {
        "project_id": "{project}", "comparison_id": "{pair}", "k": "2", "question": "'other'", "policy": "'majority'",
        "ranks": "'{{1,2}}'", "undecided": "false", "both_bad": "false", "tier": "''", "votes": "'{{}}'",
        "updated": "now()", **fields,
    }  # fmt: skip
    return f"INSERT INTO core_label ({', '.join(row)}) VALUES ({', '.join(row.values())})"


def comparison(k: str = "2", votes: str = "1", prompt: str = "{prompt}", key: str = "'new'") -> str:
    return (
        "INSERT INTO core_comparison (public, project_id, prompt_id, key, k, votes_wanted, priority, created) "
        f"VALUES (gen_random_uuid(), {{project}}, {prompt}, {key}, {k}, {votes}, 0, now())"
    )


def candidate(slot: str = "9", response: str = "{third}", prompt: str = "{prompt}") -> str:
    return (
        "INSERT INTO core_candidate (comparison_id, prompt_id, response_id, slot) "
        f"VALUES ({{pair}}, {prompt}, {response}, {slot})"
    )


def response(**fields: str) -> str:
    row = {
        "public": "gen_random_uuid()", "project_id": "{project}", "prompt_id": "{prompt}", "key": "'new'",
        "content_key": "'new'", "author_kind": "'unknown'", "author": "''", "content": "''", "parameters": "'{{}}'",
        "finish_reason": "''", "metadata": "'{{}}'", "created": "now()", **fields,
    }  # fmt: skip
    return f"INSERT INTO core_response ({', '.join(row)}) VALUES ({', '.join(row.values())})"


def judge(**fields: str) -> str:
    row = {
        "project_id": "{project}", "kind": "'ai'", "name": "'new'", "version": "''", "family": "''",
        "person_id": "NULL", "config": "'{{}}'", "created": "now()", **fields,
    }  # fmt: skip
    return f"INSERT INTO core_judge ({', '.join(row)}) VALUES ({', '.join(row.values())})"


BROKEN = [
    # The ranks of a judgment
    (judgment(ranks="'{{1,2,3}}'"), "judgment_ranks_match_slots"),
    (judgment(ranks="'{{1}}'"), "judgment_ranks_match_slots"),
    (judgment(ranks="'{{}}'"), "judgment_ranks_match_slots"),
    (judgment(ranks="'{{1,NULL}}'"), "judgment_ranks_match_slots"),
    (judgment(ranks="'{{0,1}}'"), "judgment_ranks_match_slots"),
    (judgment(ranks="'{{2,2}}'"), "judgment_ranks_match_slots"),
    (judgment(ranks="'{{1,3}}'"), "judgment_ranks_match_slots"),
    (judgment(ranks="'[0:1]={{1,2}}'"), "judgment_ranks_match_slots"),
    (judgment(ranks="'{{{{1,2}}}}'"), "judgment_ranks_match_slots"),
    (judgment(k="3", ranks="'{{1,2,3}}'"), "judgment_of_comparison"),
    # Strength, both bad, order
    (judgment(strength="4"), "judgment_strength_range"),
    (judgment(strength="-1"), "core_judgment_strength_check"),
    (judgment(strength="0"), "judgment_strength_fits_ranks"),
    (judgment(strength="1", ranks="'{{1,1}}'"), "judgment_strength_fits_ranks"),
    (judgment(strength="1", ranks="NULL"), "judgment_strength_(fits_ranks|of_pair)"),
    (judgment(strength="1", k="1", ranks="'{{1}}'", comparison_id="{single}"), "judgment_strength_(fits|of)"),
    (judgment(both_bad="true"), "judgment_both_bad_ties"),
    (judgment(both_bad="true", ranks="NULL"), "judgment_both_bad_ties"),
    (judgment(both_bad="true", ranks="'{{1,1}}'", strength="1"), "judgment_(both_bad_ties|strength_fits_ranks)"),
    (judgment(order="'{{0,0}}'", order_no="0"), "judgment_order_matches_slots"),
    (judgment(order="'{{1,2}}'", order_no="0"), "judgment_order_matches_slots"),
    (judgment(order="'{{0}}'", order_no="0"), "judgment_order_matches_slots"),
    (judgment(order="'{{0,1,1}}'", order_no="0"), "judgment_order_matches_slots"),
    (judgment(order="'{{0,NULL}}'", order_no="0"), "judgment_order_matches_slots"),
    (judgment(order="'{{}}'", order_no="0"), "judgment_order_matches_slots"),
    (judgment(order="'{{0,1}}'"), "judgment_order_numbered"),
    (judgment(order_no="0"), "judgment_order_numbered"),
    # The rest of a judgment
    (judgment(status="'guessed'"), "judgment_status_known"),
    (judgment(occasion="'dinner'"), "judgment_occasion_known"),
    (judgment(sample="0"), "judgment_sample"),
    (judgment(probability="1.1"), "judgment_probability"),
    (judgment(probability="'NaN'"), "judgment_probability"),
    (judgment(probability="0.5", k="1", ranks="NULL", comparison_id="{single}"), "judgment_probability"),
    (judgment(confidence="-0.1"), "judgment_confidence"),
    (judgment(status="'unreadable'"), "judgment_unreadable_is_silent"),
    (judgment(**{**PERSON, "round_id": "NULL"}), "judgment_person_in_round"),
    # Whose a judgment is, and of which project
    (judgment(judge_id="{other_judge}"), "judgment_judge_same_project"),
    (judgment(round_id="{other_round}"), "judgment_round_same_project"),
    (judgment(project_id="{other_project}"), "judgment_of_comparison"),
    (judgment(comparison_id="{other_pair}"), "judgment_of_comparison"),
    (judgment(**{**PERSON, "judge_id": "{judge}", "occasion": "'audit'"}), "judgment_person_is_judge"),
    (judgment(**{**PERSON, "person_id": "{other_person}"}), "judgment_person_is_judge"),
    # Live judgments: one a person, one a judge and order and sample
    (judgment(**PERSON), "judgment_live_person"),
    (judgment(**PERSON, order="'{{1,0}}'", order_no="1", sample="2"), "judgment_live_person"),
    (judgment(judge_id="{machine}"), "judgment_live_judge"),
    (judgment(judge_id="{machine}", order="'{{1,0}}'", order_no="1", round_id="{round}"), "judgment_live_judge"),
    (judgment(sample="7", client_id="'{client}'"), "judgment_client_id"),
    (judgment(sample="7", revises_id="{revised}"), "judgment_no_fork"),
    # Prompts, responses and comparisons keep to their project
    (response(project_id="{other_project}"), "response_of_prompt"),
    (response(parent_id="{other_response}"), "response_parent_same_prompt"),
    (response(author_kind="'model'"), "response_author_named"),
    (response(author="'ann'"), "response_author_named"),
    (response(author_kind="'animal'", author="'ann'"), "response_author_named"),
    (response(key="(SELECT key FROM core_response WHERE id = {third})"), "response_key"),
    (comparison(prompt="{other_prompt}"), "comparison_of_prompt"),
    (comparison(k="0"), "comparison_k_range"),
    (comparison(k="65"), "comparison_k_range"),
    (comparison(votes="101"), "comparison_votes_wanted"),
    (comparison(key="(SELECT key FROM core_comparison WHERE id = {pair})"), "comparison_key"),
    (candidate(response="{other_response}"), "candidate_same_prompt"),
    (candidate(response="{other_response}", prompt="{other_prompt}"), "candidate_of_comparison"),
    (candidate(slot="1"), "candidate_slot"),
    (candidate(slot="64"), "candidate_slot_range"),
    (candidate(response="{first}"), "candidate_once"),
    ("UPDATE core_round SET project_id = {other_project} WHERE id = {empty_round}", "round_fixed|A round keeps"),
    (
        "INSERT INTO core_round (project_id, number, name, question_set_id, created) "
        "SELECT {other_project}, 77, 'stolen', question_set_id, now() FROM core_round WHERE id = {round}",
        "round_asks_own_questions",
    ),
    (judge(kind="'oracle'"), "judge_kind_known"),
    (judge(person_id="{other_person}"), "judge_person_is_human"),
    (judge(kind="'human'", person_id="{person}"), "judge_person"),
    (judge(name="'machine'"), "judge_name"),
    # Labels, scores, runs
    (label(ranks="NULL"), "label_undecided_has_no_ranks"),
    (label(undecided="true"), "label_undecided_has_no_ranks"),
    (label(ranks="'{{2,2}}'"), "label_ranks_match_slots"),
    (label(k="1", ranks="'{{1}}'"), "label_of_comparison"),
    (label(project_id="{other_project}"), "label_of_comparison"),
    (label(probability="2"), "label_probability"),
    (label(question="'main'"), "label_once"),
    ("UPDATE core_score SET value = 'NaN'", "score_finite"),
    ("UPDATE core_score SET value = 'Infinity'", "score_finite"),
    (
        "INSERT INTO core_score (response_id, scorer, value, parts, created) "
        "VALUES ({third}, 'length', 1, '{{}}', now())",
        "score_once",
    ),
    ("UPDATE core_stage SET done = 2, total = 1", "stage_done_of_total"),
    ("UPDATE core_stage SET done = 1, failed = 1, total = 1", "stage_done_of_total"),
    ("UPDATE core_stage SET state = 'asleep'", "stage_state_known"),
    ("UPDATE core_shard SET state = 'asleep'", "shard_state_known"),
    ("UPDATE core_shard SET state = 'leased'", "shard_lease_ends"),
    (
        "INSERT INTO core_failure (stage_id, input, error, at) SELECT stage_id, input, '', now() FROM core_failure",
        "failure_once",
    ),
    ("UPDATE core_run SET state = 'asleep'", "run_state_known"),
    ("UPDATE core_membership SET role = 'king'", "membership_role_known"),
    # What is never edited
    ("UPDATE core_prompt SET messages = '[]' WHERE id = {prompt}", "A prompt is never edited"),
    ("UPDATE core_prompt SET system = 'Lie.' WHERE id = {prompt}", "A prompt is never edited"),
    ("UPDATE core_response SET content = 'Better.' WHERE id = {third}", "A response is never edited"),
    ("UPDATE core_response SET author = 'ann', author_kind = 'person' WHERE id = {third}", "A response is never"),
    ("UPDATE core_comparison SET k = 3 WHERE id = {pair}", "A comparison is never edited"),
    ("UPDATE core_candidate SET slot = 5 WHERE comparison_id = {pair}", "candidates of a comparison never change"),
    ("UPDATE core_judgment SET ranks = '{{2,1}}' WHERE id = {revised}", "A judgment is never edited"),
    ("UPDATE core_judgment SET rationale = 'No.' WHERE id = {revised}", "A judgment is never edited"),
    ("UPDATE core_judgment SET order_no = 1 WHERE id = {of_machine}", "A judgment is never edited"),
    ("UPDATE core_judgment SET created = NULL WHERE id = {revised}", "A judgment is never edited"),
    ("UPDATE core_datasetversion SET manifest = '{{}}' WHERE id = {version}", "A version of a dataset is never edited"),
    ("UPDATE core_auditevent SET verb = 'nothing'", "The audit log is append-only"),
    ("DELETE FROM core_auditevent", "The audit log is append-only"),
    ("UPDATE core_questionset SET questions = '[]' WHERE id = {questions}", "These questions have been answered"),
    ("UPDATE core_questionset SET guidelines = '' WHERE id = {questions}", "These questions have been answered"),
    ("UPDATE core_round SET question_set_id = {new_questions} WHERE id = {round}", "A round keeps its questions"),
    ("UPDATE core_judge SET config = '{{\"t\": 1}}' WHERE id = {machine}", "This judge has judged"),
    ("UPDATE core_judge SET version = '2' WHERE id = {machine}", "This judge has judged"),
]


@pytest.fixture
def rows() -> dict[str, Any]:
    """The ids of a small world: a pair that a person judged twice and a machine in one order, and a stranger's."""
    member = MembershipFactory()
    project, person = member.project, member.user
    prompt = PromptFactory(project=project)
    first, second, third = ResponseFactory.create_batch(3, prompt=prompt)
    pair = ComparisonFactory(project=project, prompt=prompt, responses=[first, second])
    current = project.current_round
    annotator, machine = judge_of(person, project), JudgeFactory(project=project, name="machine")
    of_machine = JudgmentFactory(comparison=pair, judge=machine, order=None)
    JudgmentFactory(comparison=pair, judge=machine, order=[1, 0], round=current)
    client = uuid.uuid4()
    theirs = {"comparison": pair, "judge": annotator, "person": person, "round": current}
    revised = JudgmentFactory(**theirs, client_id=client, live=False)
    JudgmentFactory(**theirs, revises=revised)
    other = ComparisonFactory(k=2)
    Label.objects.create(project=project, comparison=pair, k=2, policy="majority", ranks=[1, 2], undecided=False)
    Score.objects.create(response=third, scorer="length", value=1)
    run = RunFactory(project=project)
    stage = StageFactory(run=run)
    Shard.objects.create(stage=stage, number=0, inputs=[1])
    Failure.objects.create(stage=stage, input=1, error="bad")
    audit.record("look", project=project, actor=person)
    empty_round = RoundFactory(project=project)
    return {
        "project": project.pk,
        "prompt": prompt.pk,
        "first": first.pk,
        "third": third.pk,
        "pair": pair.pk,
        "single": ComparisonFactory(project=project, prompt=prompt, responses=[third]).pk,
        "person": person.pk,
        "annotator": annotator.pk,
        "machine": machine.pk,
        "of_machine": of_machine.pk,
        "judge": JudgeFactory(project=project).pk,
        "round": current.pk,
        "empty_round": empty_round.pk,
        "questions": current.question_set_id,
        "new_questions": empty_round.question_set_id,
        "revised": revised.pk,
        "client": client,
        "version": DatasetVersionFactory(dataset__project=project).pk,
        "other_project": other.project_id,
        "other_prompt": other.prompt_id,
        "other_pair": other.pk,
        "other_response": other.candidates.first().response_id,
        "other_judge": JudgeFactory(project=other.project).pk,
        "other_round": other.project.current_round.pk,
        "other_person": UserFactory().pk,
    }


def run_sql(sql: str, rows: dict[str, Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql.format(**rows))


@pytest.mark.parametrize(("sql", "rule"), BROKEN)
def test_what_would_break_a_rule_is_refused_in_its_name(rows, sql, rule):
    with pytest.raises(IntegrityError, match=rule):
        run_sql(sql, rows)


@pytest.mark.parametrize(
    "sql",
    [
        judgment(),
        judgment(ranks="NULL"),
        judgment(ranks="'{{1,1}}'", both_bad="true", strength="0"),
        judgment(ranks="'{{2,1}}'", strength="3", order="'{{1,0}}'", order_no="1", probability="0", confidence="1"),
        judgment(judge_id="{machine}", sample="2"),
        judgment(judge_id="{machine}", order="'{{1,0}}'", order_no="1"),
        judgment(judge_id="{machine}", live="false"),
        judgment(**PERSON, live="false"),
        judgment(**{**PERSON, "occasion": "'second_look'"}),
        judgment(**{**PERSON, "round_id": "{empty_round}"}),
        judgment(status="'unreadable'", ranks="NULL", raw="'Hm.'"),
        judgment(comparison_id="{single}", k="1", ranks="NULL"),
        candidate(slot="63"),
        response(parent_id="{third}"),
        label(undecided="true", ranks="NULL"),
        "UPDATE core_prompt SET tags = '{{hard}}', metadata = '{{}}', reference = 'Yes.' WHERE id = {prompt}",
        "UPDATE core_judgment SET live = false WHERE id = {of_machine}",
        "UPDATE core_judge SET config = '{{\"t\": 1}}' WHERE id = {judge}",
        "UPDATE core_questionset SET guidelines = 'More.' WHERE id = {new_questions}",
        "UPDATE core_datasetversion SET folder = 'elsewhere' WHERE id = {version}",
        "UPDATE core_round SET closed = now() WHERE id = {round}",
    ],
)
def test_what_breaks_no_rule_goes_in(rows, sql):
    run_sql(sql, rows)


def rules() -> set[str]:
    found = fetch("SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal", [])
    return {name for (name,) in found}


# Those that Django's models do not know, so that `makemigrations --check` cannot miss them.
UNSEEN = {
    "response_of_prompt",
    "response_parent_same_prompt",
    "comparison_of_prompt",
    "candidate_of_comparison",
    "candidate_same_prompt",
    "judgment_of_comparison",
    "judgment_judge_same_project",
    "judgment_person_is_judge",
    "judgment_round_same_project",
    "round_asks_own_questions",
    "label_of_comparison",
    "judgment_ranks_match_slots",
    "judgment_order_matches_slots",
    "judgment_both_bad_ties",
    "judgment_strength_fits_ranks",
    "label_ranks_match_slots",
    "prompt_fixed",
    "response_fixed",
    "comparison_fixed",
    "candidate_fixed",
    "judgment_fixed",
    "round_fixed",
    "dataset_version_fixed",
    "audit_append_only",
    "audit_never_emptied",
    "audit_batch_append_only",
    "audit_batch_never_emptied",
    "audit_gate",
    "question_set_frozen",
    "judge_frozen",
    "assignment_round_same_project",
}


def test_every_rule_that_the_models_do_not_know_is_in_the_database():
    assert rules() >= UNSEEN


def test_every_check_of_a_table_of_ours_holds_for_old_rows_too():
    unsure = fetch("SELECT conname FROM pg_constraint WHERE NOT convalidated", [])
    assert unsure == []


@pytest.mark.django_db(transaction=True)
def test_the_migrations_go_back_and_forth_and_leave_the_same_rules():
    before = rules()
    try:
        call_command("migrate", "core", "0001", verbosity=0)
        assert not UNSEEN & rules()
    finally:
        call_command("migrate", verbosity=0)
    assert rules() == before


def test_no_model_has_a_change_that_its_migrations_lack():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_deleted_project_takes_its_rows_along_and_leaves_its_audit(rows):
    Project.objects.get(pk=rows["project"]).delete()
    run_sql("SET CONSTRAINTS ALL IMMEDIATE", rows)
    assert not Judgment.objects.filter(project=rows["project"]).exists()
    assert not QuestionSet.objects.filter(project=rows["project"]).exists()
    assert AuditEvent.objects.filter(project=rows["project"]).exists()
