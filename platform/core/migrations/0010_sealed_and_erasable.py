"""The audit log is sealed in batches and never emptied; content can be erased, and nothing else of it edited."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whoever adds events holds this lock, shared, until their transaction ends; whoever gets it alone knows that no event
# is on its way, so that none can turn up later below the newest one. core/auditing/sealing.py has the same number.
GATE = 7_245_001

# name, table, columns that never change, the sentence: as in 0002
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
        "judgment_fixed",
        "core_judgment",
        'project_id, comparison_id, k, judge_id, person_id, round_id, occasion, sample, "order", order_no, ranks, partial, '
        "strength, both_bad, probability, confidence, answers, ratings, spans, rationale, raw, status, touched, wall_ms, "
        "active_ms, revises_id, client_id, created",
        "A judgment is never edited: a change is a revision.",
    ),
]
# An erasure says so for its own transaction (core/removing/erasing.py). This opens no way that was closed: whoever may
# run SQL here may switch triggers off as well. They keep the product's own code from mistakes. The audit log, which has
# to stand against such a person, knows no exception, and its seals tell of what they change.
NOT_ERASING = "current_setting('preferee.erasing', true) IS DISTINCT FROM 'on'"


def _row(prefix, columns):
    return "(" + ", ".join(f"{prefix}.{column.strip()}" for column in columns.split(",")) + ")"


def _fix(condition):
    for name, table, columns, sentence in FIXED:
        yield f"DROP TRIGGER {name} ON {table}"
        yield (
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW "
            f"WHEN ({_row('OLD', columns)} IS DISTINCT FROM {_row('NEW', columns)}{condition}) "
            f"EXECUTE FUNCTION preferee_refuse('{sentence}')"
        )
    yield "DROP TRIGGER judge_frozen ON core_judge"
    yield f"""CREATE TRIGGER judge_frozen BEFORE UPDATE OF kind, version, person_id, config ON core_judge FOR EACH ROW
        WHEN ((OLD.kind, OLD.version, OLD.person_id, OLD.config)
              IS DISTINCT FROM (NEW.kind, NEW.version, NEW.person_id, NEW.config){condition})
        EXECUTE FUNCTION preferee_judge_used()"""


def _forward():
    yield from _fix(f" AND {NOT_ERASING}")
    yield (
        "CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON core_auditevent FOR EACH STATEMENT "
        "EXECUTE FUNCTION preferee_refuse('The audit log is append-only.')"
    )
    yield (
        "CREATE TRIGGER audit_batch_append_only BEFORE UPDATE OR DELETE ON core_auditbatch FOR EACH ROW "
        "EXECUTE FUNCTION preferee_refuse('The seals of the audit log are never edited.')"
    )
    yield (
        "CREATE TRIGGER audit_batch_never_emptied BEFORE TRUNCATE ON core_auditbatch FOR EACH STATEMENT "
        "EXECUTE FUNCTION preferee_refuse('The seals of the audit log are never edited.')"
    )
    yield f"""CREATE FUNCTION preferee_audit_gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NULL; END $$"""
    yield (
        "CREATE TRIGGER audit_gate BEFORE INSERT ON core_auditevent FOR EACH STATEMENT "
        "EXECUTE FUNCTION preferee_audit_gate()"
    )
    # Who looks at the same thing again within the hour is recorded once.
    yield (
        "CREATE UNIQUE INDEX audit_viewed_once ON core_auditevent "
        "(actor_id, project_id, verb, target, date_trunc('hour', at AT TIME ZONE 'UTC')) NULLS NOT DISTINCT "
        "WHERE verb LIKE 'view.%'"
    )


def _backward():
    yield "DROP INDEX audit_viewed_once"
    yield "DROP TRIGGER audit_gate ON core_auditevent"
    yield "DROP FUNCTION preferee_audit_gate()"
    yield "DROP TRIGGER audit_batch_never_emptied ON core_auditbatch"
    yield "DROP TRIGGER audit_batch_append_only ON core_auditbatch"
    yield "DROP TRIGGER audit_never_emptied ON core_auditevent"
    yield from _fix("")


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0009_facts'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='auditevent',
            name='audit_project_at',
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='actor',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='project',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='core.project'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['project', 'at', 'id'], name='audit_project_time'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['project', 'actor', 'at', 'id'], name='audit_project_actor'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['project', 'verb', 'at', 'id'], name='audit_project_verb'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['at', 'id'], name='audit_time'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['actor', 'at', 'id'], name='audit_actor'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['verb', 'at', 'id'], name='audit_verb'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['target'], name='audit_target', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='comparison',
            index=models.Index(condition=models.Q(('withdrawn__isnull', False)), fields=['project'], name='comparison_withdrawn'),
        ),
        migrations.RunSQL(list(_forward()), list(_backward())),
    ]
