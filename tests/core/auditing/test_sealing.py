"""The audit log is chained: whoever changes, removes or adds a row is found out, and the row is named."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from core import audit
from core.auditing.sealing import head, seal, unsealed
from core.auditing.verifying import verify
from core.bulk import fetch
from core.models import AuditBatch, AuditEvent
from tests.factories import DatasetVersionFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db
REFUSED = r"append-only|never edited"


def record(count: int = 1) -> list[int]:
    """The ids of that many new events."""
    before = AuditEvent.objects.count()
    for number in range(count):
        audit.record("look", project=None, actor=None, target=str(number), n=number, said="é \N{SNOWMAN}", half=0.5)
    return list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True)[before:])


@contextmanager
def without_triggers() -> Iterator[None]:
    """As a superuser, or the owner of the tables, may."""
    with connection.cursor() as cursor:
        for way in ("DISABLE", "ENABLE"):
            for table in ("core_auditevent", "core_auditbatch"):
                cursor.execute(f"ALTER TABLE {table} {way} TRIGGER USER")
            if way == "DISABLE":
                yield


def tamper(sql: str, *values: object) -> None:
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_what_was_sealed_and_left_alone_is_found_whole():
    record(25)
    newest = seal(size=10)
    assert (newest.number, unsealed()) == (3, 0)
    assert list(verify()) == []
    assert list(verify(newest.digest)) == []
    assert (
        list(AuditBatch.objects.order_by("number").values_list("previous", flat=True))[1:]
        == list(AuditBatch.objects.order_by("number").values_list("digest", flat=True))[:-1]
    )


def test_a_second_seal_takes_only_what_is_new():
    record(3)
    first = seal()
    assert seal() == first
    record(2)
    assert unsealed() == 2
    assert seal().number == first.number + 1
    assert len(AuditBatch.objects.latest("number").events) == 2


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'lied'",
        "target = 'another'",
        "actor_id = 77",
        "project_id = 77",
        "at = at + interval '1 microsecond'",
        "detail = '{\"n\": 1.0}'",
    ],
)
def test_an_event_that_was_changed_is_named(change):
    _, changed, _ = record(3)
    seal()
    tamper(f"UPDATE core_auditevent SET {change} WHERE id = %s", changed)
    assert list(verify()) == [f"Event {changed} was changed."]


def test_an_event_that_was_removed_is_named():
    ids = record(12)
    seal(size=5)
    tamper("DELETE FROM core_auditevent WHERE id IN (%s, %s)", ids[0], ids[11])
    assert list(verify()) == [f"Event {ids[0]} is missing.", f"Event {ids[11]} is missing."]


def test_an_event_that_was_added_among_sealed_ones_is_named():
    ids = record(3)
    seal()
    for pk in (ids[0] - 1, -5):
        if AuditEvent.objects.filter(pk=pk).exists():
            continue
        tamper(
            "INSERT INTO core_auditevent (id, verb, target, detail, at) OVERRIDING SYSTEM VALUE"
            " VALUES (%s, 'look', '', '{}', now())",
            pk,
        )
        assert f"Event {pk} was added after batch 1 was sealed." in list(verify())


def test_a_batch_that_was_changed_is_named():
    record(12)
    seal(size=5)
    tamper("UPDATE core_auditbatch SET events[1] = 0 WHERE number = 2")
    (sentence,) = verify()
    assert sentence.startswith("Batch 2 was changed, so that events ")


def test_a_batch_that_was_made_anew_breaks_the_chain_after_it():
    ids = record(12)
    seal(size=5)
    tamper("UPDATE core_auditevent SET verb = 'lied' WHERE id = %s", ids[6])
    remake(2)
    assert list(verify()) == ["Batch 3 does not follow from the one before."]


def test_a_batch_that_was_removed_is_named():
    record(12)
    seal(size=5)
    tamper("DELETE FROM core_auditbatch WHERE number = 2")
    assert list(verify()) == ["Batch 2 is missing."]


def test_a_chain_that_was_made_anew_to_its_end_is_found_out_by_a_head_that_was_kept():
    ids = record(12)
    kept = seal(size=5).digest
    tamper("UPDATE core_auditevent SET verb = 'lied' WHERE id = %s", ids[11])
    remake(3)
    assert list(verify()) == []
    assert list(verify(kept)) == [f"The head {kept} is not in the chain: batches were removed, or made anew."]


def test_the_heads_in_the_manifests_of_versions_have_to_be_in_the_chain():
    record(3)
    newest = seal()
    DatasetVersionFactory(manifest={"audit": {"batch": newest.number, "digest": newest.digest}})
    assert list(verify()) == []
    version = DatasetVersionFactory(number=7, manifest={"audit": {"batch": newest.number, "digest": "0" * 64}})
    assert list(verify()) == [
        f"The head that the manifest of {version} names, batch {newest.number}, is not in the chain."
    ]


def remake(number: int) -> None:
    """As somebody would who knows how batches are made."""
    before = AuditBatch.objects.get(number=number)
    tamper("DELETE FROM core_auditbatch WHERE number = %s", number)
    later = list(AuditBatch.objects.filter(number__gt=number))
    tamper("DELETE FROM core_auditbatch WHERE number > %s", number)
    seal(size=len(before.events))
    tamper("DELETE FROM core_auditbatch WHERE number > %s", number)
    AuditBatch.objects.bulk_create(later)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_auditbatch SET digest = ''",
        "DELETE FROM core_auditbatch",
        "TRUNCATE core_auditbatch",
        "UPDATE core_auditevent SET verb = ''",
        "DELETE FROM core_auditevent",
        "TRUNCATE core_auditevent",
    ],
)
def test_neither_events_nor_seals_can_be_edited(sql):
    record()
    seal()
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", ["UPDATE core_auditevent SET verb = ''", "DELETE FROM core_auditbatch"])
def test_an_erasure_is_no_exception(sql):
    record()
    seal()
    fetch("SELECT set_config('preferee.erasing', 'on', true)", [])
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


class Elsewhere(threading.Thread):
    """A transaction of somebody else, that adds an event and stays open until it is told to end."""

    def __init__(self) -> None:
        super().__init__()
        self.added, self.end = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            with transaction.atomic():
                audit.record("slow", project=None, actor=None)
                self.added.set()
                self.end.wait(30)
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sealed_while_an_event_is_on_its_way_and_nothing_waits_for_the_seal():
    other = Elsewhere()
    other.start()
    assert other.added.wait(30)
    record(2)  # does not wait, and its number is above the one that cannot be seen yet
    assert seal(pause=lambda seconds: None) == head()
    assert head().number == 0
    other.end.set()
    other.join(30)
    assert seal().number == 1
    assert len(AuditBatch.objects.get().events) == 3
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_two_that_seal_at_once_make_one_chain():
    record(60)

    def sealed() -> None:
        try:
            seal(size=3)
        finally:
            connection.close()

    threads = [threading.Thread(target=sealed) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    seal(size=3)
    assert list(AuditBatch.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 21))
    assert list(verify()) == []


def test_a_look_is_recorded_once_a_person_target_and_hour():
    person, other, project = UserFactory(), UserFactory(), ProjectFactory()
    for who in (person, person, other):
        audit.viewed(who, project, "names", "one")
    audit.viewed(person, project, "names", "two")
    audit.viewed(person, None, "names", "one")
    audit.viewed(person, None, "names", "one")
    assert AuditEvent.objects.filter(verb="view.names").count() == 4
    tamper("UPDATE core_auditevent SET at = at - interval '1 hour' WHERE actor_id = %s", person.pk)
    audit.viewed(person, project, "names", "one")
    assert AuditEvent.objects.filter(verb="view.names").count() == 5
