"""The broker of files: a message is seen whole, by one reader, in the order of ringing; others cannot read along."""

import json
import os
import shutil
import threading
from collections import Counter
from queue import Empty

import pytest
from celery import Celery
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection, Exchange, Producer, Queue
from kombu.exceptions import OperationalError

from config.broker import folders


@pytest.fixture
def channel(tmp_path):
    """New channels of one broker."""
    url = f"filesystem://{tmp_path / 'broker'}"
    options = folders(url)
    opened = [Connection("filesystem://", transport_options=options) for _ in range(4)]
    yield [each.channel() for each in opened]
    for each in opened:
        each.release()


def message(n):
    return {"n": n, "body": "", "properties": {"delivery_tag": str(n)}}


def take_all(channel, queue):
    taken = []
    while True:
        try:
            taken.append(channel._get(queue)["n"])
        except Empty:
            return taken


def test_messages_come_out_as_they_went_in_and_by_queue(channel):
    one, other, *_ = channel
    for n in range(30):
        one._put("cpu", message(n))
    one._put("gpu", message(99))
    assert take_all(other, "cpu") == list(range(30))
    assert take_all(other, "gpu") == [99]


def test_many_writers_and_readers_at_once_lose_and_double_nothing(channel, tmp_path):
    written, readers = threading.Event(), []
    taken = Counter()

    def write(base):
        for n in range(200):
            channel[0]._put("cpu", message(base + n))

    def read(mine):
        while not written.is_set():
            readers.append(take_all(mine, "cpu"))
        readers.append(take_all(mine, "cpu"))

    reading = [threading.Thread(target=read, args=[mine]) for mine in channel[1:]]
    writing = [threading.Thread(target=write, args=[base]) for base in (0, 1000)]
    for thread in reading + writing:
        thread.start()
    for thread in writing:
        thread.join()
    written.set()
    for thread in reading:
        thread.join()
    for batch in readers:
        taken.update(batch)
    assert taken == Counter([*range(200), *range(1000, 1200)])
    assert not list((tmp_path / "broker").rglob("*.msg"))


def test_what_is_being_written_is_not_seen(channel, tmp_path):
    (tmp_path / "broker" / "messages" / ".half.cpu.msg").write_text(json.dumps({"n": 1})[:3])
    assert take_all(channel[0], "cpu") == []


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "{}", '{"properties": {}}', "[" * 100_000, "\udcff"])
def test_what_is_no_message_is_removed_and_what_lies_behind_it_is_taken(channel, tmp_path, text):
    messages = tmp_path / "broker" / "messages"
    (messages / "0.cpu.msg").write_bytes(text.encode(errors="surrogateescape"))
    channel[0]._put("cpu", message(1))
    assert take_all(channel[1], "cpu") == [1]
    assert not list((tmp_path / "broker").rglob("*.msg"))


def test_nobody_else_may_look_into_its_folders(channel, tmp_path):
    shutil.rmtree(tmp_path / "broker" / "messages")
    channel[0]._put("cpu", message(1))
    for name in ("", "messages", "taken"):
        assert (tmp_path / "broker" / name).stat().st_mode & 0o777 == 0o700


def test_the_folder_may_be_deleted_while_others_write_and_read(channel, tmp_path):
    writer, reader, *_ = channel
    shutil.rmtree(tmp_path / "broker")
    assert take_all(reader, "cpu") == []
    shutil.rmtree(tmp_path / "broker")
    writer._put("cpu", message(1))
    assert take_all(reader, "cpu") == [1]


def test_a_folder_that_cannot_be_written_is_a_broker_that_is_away_until_it_can(tmp_path):
    url = f"filesystem://{tmp_path}/broker"
    app = Celery(broker=url, broker_transport_options=folders(url), set_as_current=False)
    shutil.rmtree(tmp_path / "broker")
    (tmp_path / "broker").touch()
    with pytest.raises(OperationalError):
        app.send_task("ring", retry_policy={"max_retries": 1, "interval_start": 0})
    (tmp_path / "broker").unlink()
    app.send_task("ring")
    assert len(list((tmp_path / "broker" / "messages").iterdir())) == 1


def test_what_workers_say_of_themselves_is_not_kept(channel, tmp_path):
    events = Exchange("celeryev", type="topic")
    Producer(channel[0], events).publish({"type": "worker-heartbeat"}, routing_key="worker.heartbeat", declare=[events])
    assert list((tmp_path / "broker" / "messages").iterdir()) == []


def test_a_message_waits_for_whoever_listens_later(channel):
    exchange = Exchange("gpu", type="direct")
    Producer(channel[0], exchange).publish({"n": 1}, routing_key="gpu")
    heard = Queue("gpu", exchange, routing_key="gpu")(channel[1]).get()
    assert heard.payload == {"n": 1}


@pytest.mark.parametrize("inside", ["", "messages"])
def test_a_folder_that_others_may_enter_is_refused_with_the_remedy(tmp_path, inside):
    url = f"filesystem://{tmp_path / 'broker'}"
    folders(url)
    (tmp_path / "broker" / inside).chmod(0o750)
    with pytest.raises(ImproperlyConfigured, match=r"open to other users\. Run `chmod"):
        folders(url)


def test_a_link_in_its_place_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "broker").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ImproperlyConfigured, match="is a file or a link"):
        folders(f"filesystem://{tmp_path / 'broker'}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "broker").mkdir(mode=0o700)
    os.chown(tmp_path / "broker", 65534, 65534)
    with pytest.raises(ImproperlyConfigured, match="belongs to user 65534"):
        folders(f"filesystem://{tmp_path / 'broker'}")


@pytest.mark.parametrize("url", ["filesystem://", "filesystem:///"])
def test_an_address_without_a_folder_gets_a_sentence(url):
    with pytest.raises(ImproperlyConfigured, match="names no folder"):
        folders(url)
