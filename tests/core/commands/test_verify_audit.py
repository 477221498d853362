"""manage.py verify_audit tells whether the log is as it was sealed, and what is not."""

import pytest
from django.db import connection

from core import audit
from core.auditing.sealing import seal
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_a_log_that_is_whole_is_one_sentence_and_exit_code_0(manage):
    audit.record("look", project=None, actor=None)
    newest = seal()
    audit.record("look", project=None, actor=None)
    ended = manage("verify_audit")
    assert ended.code == 0
    assert ended.out == (
        f"The audit log is as it was sealed, up to batch {newest.number}, {newest.digest}. 1 event not sealed yet.\n"
    )


def test_what_is_wrong_is_named_and_exit_code_is_1(manage):
    audit.record("look", project=None, actor=None)
    seal()
    event = AuditEvent.objects.latest("pk")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER audit_append_only")
        cursor.execute("UPDATE core_auditevent SET verb = 'lied' WHERE id = %s", [event.pk])
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER audit_append_only")
    ended = manage("verify_audit")
    assert ended.code == 1
    assert ended.out == f"Event {event.pk} was changed.\n"
    assert ended.err == "The audit log is not as it was sealed: 1 found. 0 events not sealed yet."


def test_a_head_from_outside_has_to_be_in_the_chain(manage):
    audit.record("look", project=None, actor=None)
    newest = seal()
    assert manage("verify_audit", "--head", newest.digest.upper()).code == 0
    assert manage("verify_audit", "--head", "0" * 64).code == 1
