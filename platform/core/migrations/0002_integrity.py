"""Rules that Django's constraints cannot say: composite keys, shapes of arrays, and rows that never change."""

from django.db import migrations

RANKS = """ranks IS NULL OR (
    array_ndims(ranks) = 1 AND array_lower(ranks, 1) = 1 AND cardinality(ranks) = k
    AND array_position(ranks, NULL) IS NULL AND 1 <= ALL (ranks) AND k >= ALL (ranks) AND 1 = ANY (ranks))"""

# As many as a comparison may have; an order of k slots that holds the first k of them holds each once.
SLOTS = "'{" + ",".join(map(str, range(64))) + "}'::smallint[]"

# name, table, columns, table referred to, its columns
KEYS = [
    ("response_of_prompt", "core_response", "prompt_id, project_id", "core_prompt", "id, project_id"),
    ("response_parent_same_prompt", "core_response", "parent_id, prompt_id", "core_response", "id, prompt_id"),
    ("comparison_of_prompt", "core_comparison", "prompt_id, project_id", "core_prompt", "id, project_id"),
    ("candidate_of_comparison", "core_candidate", "comparison_id, prompt_id", "core_comparison", "id, prompt_id"),
    ("candidate_same_prompt", "core_candidate", "response_id, prompt_id", "core_response", "id, prompt_id"),
    ("judgment_of_comparison", "core_judgment", "comparison_id, project_id, k", "core_comparison", "id, project_id, k"),
    ("judgment_judge_same_project", "core_judgment", "judge_id, project_id", "core_judge", "id, project_id"),
    ("judgment_person_is_judge", "core_judgment", "judge_id, person_id", "core_judge", "id, person_id"),
    ("round_asks_own_questions", "core_round", "question_set_id, project_id", "core_questionset", "id, project_id"),
    ("judgment_round_same_project", "core_judgment", "round_id, project_id", "core_round", "id, project_id"),
    ("label_of_comparison", "core_label", "comparison_id, project_id, k", "core_comparison", "id, project_id, k"),
]

CHECKS = [
    ("judgment_ranks_match_slots", "core_judgment", RANKS),
    (
        "judgment_order_matches_slots",
        "core_judgment",
        '"order" IS NULL OR (array_ndims("order") = 1 AND array_lower("order", 1) = 1 AND cardinality("order") = k '
        f'AND array_position("order", NULL) IS NULL AND "order" @> ({SLOTS})[1:k])',
    ),
    (
        "judgment_both_bad_ties",
        "core_judgment",
        "NOT both_bad OR (ranks IS NOT NULL AND 1 = ALL (ranks) AND COALESCE(strength, 0) = 0)",
    ),
    (
        "judgment_strength_fits_ranks",
        "core_judgment",
        "strength IS NULL OR (ranks IS NOT NULL AND (strength = 0) = (ranks[1] = ranks[2]))",
    ),
    ("label_ranks_match_slots", "core_label", RANKS),
]

# name, table, columns that never change, the sentence
FIXED = [
    ("prompt_fixed", "core_prompt", "project_id, key, messages, system, contexts", "A prompt is never edited."),
    (
        "response_fixed",
        "core_response",
        "project_id, prompt_id, key, content_key, author_kind, author, content, messages, parent_id",
        "A response is never edited: an edit is a new response.",
    ),
    ("comparison_fixed", "core_comparison", "project_id, prompt_id, key, k", "A comparison is never edited."),
    (
        "candidate_fixed",
        "core_candidate",
        "comparison_id, prompt_id, response_id, slot",
        "The candidates of a comparison never change.",
    ),
    (
        "judgment_fixed",
        "core_judgment",
        'project_id, comparison_id, k, judge_id, person_id, round_id, occasion, sample, "order", order_no, ranks, partial, '
        "strength, both_bad, probability, confidence, answers, ratings, spans, rationale, raw, status, touched, wall_ms, "
        "active_ms, revises_id, client_id, created",
        "A judgment is never edited: a change is a revision.",
    ),
    ("round_fixed", "core_round", "project_id, question_set_id", "A round keeps its questions: open the next one."),
    (
        "dataset_version_fixed",
        "core_datasetversion",
        "dataset_id, number, specification, manifest, digest",
        "A version of a dataset is never edited: build the next one.",
    ),
]


def _row(prefix, columns):
    return "(" + ", ".join(f"{prefix}.{column.strip()}" for column in columns.split(",")) + ")"


def _forward():
    for name, table, columns, target, target_columns in KEYS:
        yield (
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) "
            f"REFERENCES {target} ({target_columns}) DEFERRABLE INITIALLY DEFERRED"
        )
    for name, table, condition in CHECKS:
        yield f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})"
    yield """CREATE FUNCTION preferee_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$"""
    for name, table, columns, sentence in FIXED:
        yield (
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW "
            f"WHEN ({_row('OLD', columns)} IS DISTINCT FROM {_row('NEW', columns)}) "
            f"EXECUTE FUNCTION preferee_refuse('{sentence}')"
        )
    yield (
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON core_auditevent FOR EACH ROW "
        "EXECUTE FUNCTION preferee_refuse('The audit log is append-only.')"
    )
    yield """CREATE FUNCTION preferee_question_set_used() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM core_judgment j JOIN core_round r ON r.id = j.round_id
                   WHERE r.question_set_id = OLD.id AND j.project_id = OLD.project_id) THEN
            RAISE EXCEPTION 'These questions have been answered: make a new version.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF; RETURN NEW; END $$"""
    yield """CREATE TRIGGER question_set_frozen BEFORE UPDATE ON core_questionset FOR EACH ROW
        EXECUTE FUNCTION preferee_question_set_used()"""
    yield """CREATE FUNCTION preferee_judge_used() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM core_judgment WHERE judge_id = OLD.id) THEN
            RAISE EXCEPTION 'This judge has judged: make a new version.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF; RETURN NEW; END $$"""
    yield """CREATE TRIGGER judge_frozen BEFORE UPDATE OF kind, version, person_id, config ON core_judge FOR EACH ROW
        WHEN ((OLD.kind, OLD.version, OLD.person_id, OLD.config)
              IS DISTINCT FROM (NEW.kind, NEW.version, NEW.person_id, NEW.config))
        EXECUTE FUNCTION preferee_judge_used()"""


def _backward():
    yield "DROP TRIGGER judge_frozen ON core_judge"
    yield "DROP FUNCTION preferee_judge_used()"
    yield "DROP TRIGGER question_set_frozen ON core_questionset"
    yield "DROP FUNCTION preferee_question_set_used()"
    yield "DROP TRIGGER audit_append_only ON core_auditevent"
    for name, table, *_ in FIXED:
        yield f"DROP TRIGGER {name} ON {table}"
    yield "DROP FUNCTION preferee_refuse()"
    for name, table, *_ in reversed([*KEYS, *CHECKS]):
        yield f"ALTER TABLE {table} DROP CONSTRAINT {name}"


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(list(_forward()), list(_backward()))]
