"""A wake-up reaches a worker: through files, and through a real Redis or Valkey where one is named.

`.ci/run` always names one, in MNEMOSCOPE_TEST_BROKER_URL.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection
from kombu.simple import SimpleQueue

from console.platform.env import PROJECT_ROOT
from tests.runtime.conftest import bare_environment

NAMED = os.environ.get("MNEMOSCOPE_TEST_BROKER_URL")
BROKERS = ["filesystem://", *([NAMED] if NAMED else [])]
SEND = """
import sys
from tests.runtime.echo import write
for word in sys.argv[1:]:
    write.delay(word)
"""


@pytest.fixture
def folder(home: Path) -> Path:
    for name in ("queue", "control", "heard"):
        (home / name).mkdir()
    return home


@pytest.fixture
def files(folder: Path) -> Iterator[Connection]:
    options = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.01,
    }
    transport = "console.runtime.broker:Transport"
    with Connection("filesystem://", transport=transport, transport_options=options) as connection:
        yield connection


@pytest.mark.slow
@pytest.mark.parametrize("broker", BROKERS)
def test_a_worker_hears_what_was_sent_before_and_after_it_started(
    broker: str, folder: Path
) -> None:
    environment = bare_environment(folder, ECHO_BROKER=broker, ECHO_FOLDER=str(folder))

    def send(*words: str) -> None:
        command = [sys.executable, "-c", SEND, *words]
        subprocess.run(command, cwd=PROJECT_ROOT, env=environment, check=True)

    def await_heard(*words: str) -> None:
        deadline = time.monotonic() + 30
        while {path.name for path in (folder / "heard").iterdir()} != set(words):
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)

    send("before")
    arguments = "worker --pool threads --concurrency 4 --without-gossip --without-mingle"
    with (folder / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tests.runtime.echo", *arguments.split()],
            cwd=PROJECT_ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        await_heard("before")
        send("after", "and", "more")
        await_heard("before", "after", "and", "more")
    finally:
        worker.terminate()
        assert worker.wait(30) == 0
    assert list((folder / "queue").iterdir()) == []


def test_messages_come_whole_once_and_in_order(files: Connection, folder: Path) -> None:
    with SimpleQueue(files, folder.name) as queue:
        (folder / "queue" / "0_half.draft").write_text('{"body": ')
        for number in range(5):
            queue.put({"number": number})
        received = [queue.get(timeout=5) for _ in range(5)]
        for message in received:
            message.ack()
        assert [message.payload["number"] for message in received] == [0, 1, 2, 3, 4]
        with pytest.raises(queue.Empty):
            queue.get(timeout=0.05)
    assert [path.name for path in (folder / "queue").iterdir()] == ["0_half.draft"]


def test_two_readers_never_get_the_same_message(files: Connection, folder: Path) -> None:
    sent, received = 30, []

    def read(connection: Connection) -> None:
        with connection, SimpleQueue(connection, folder.name) as queue:
            while len(received) < sent:
                try:
                    message = queue.get(timeout=0.5)
                except queue.Empty:
                    return
                message.ack()
                received.append(message.payload["number"])

    with SimpleQueue(files, folder.name) as queue:
        for number in range(sent):
            queue.put({"number": number})
    readers = [threading.Thread(target=read, args=[files.clone()]) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(timeout=30)
    assert sorted(received) == list(range(sent))
