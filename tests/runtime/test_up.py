"""`manage.py up` as a person meets it: a process that starts, answers, refuses and stops."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import psycopg
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from console.api.otlp_grpc import TRACES
from console.platform.env import PROJECT_ROOT
from console.runtime.address import ready_status
from tests.runtime.conftest import a_free_port, bare_environment, processes_naming
from tests.runtime.running import Running, start

pytestmark = pytest.mark.slow

READY_SECONDS = 120


def refused(home: Path, **variables: str) -> str:
    """The one sentence of a start that must fail."""
    outcome = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=PROJECT_ROOT,
        env=bare_environment(home, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=READY_SECONDS,
        check=False,
    )
    assert outcome.returncode == 1, outcome
    assert "Traceback" not in outcome.stderr
    [sentence] = outcome.stderr.splitlines()
    return sentence


def owner(home: Path) -> psycopg.Connection:
    return psycopg.connect((home / "secrets" / "owner_database_url").read_text(), autocommit=True)


def takes_traces_over_grpc(port: int) -> bool:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        asked = health_pb2.HealthCheckRequest(service=TRACES)
        answer = health_pb2_grpc.HealthStub(channel).Check(asked, timeout=10)
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def nothing_runs_in(home: Path, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while processes_naming(str(home)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def running(home: Path, free_port: int) -> Iterator[list[Running]]:
    """Instances a test starts, the first of them ready; all are ended after it."""
    instances = [start(home, free_port, a_free_port())]
    try:
        instances[0].await_ready()
        yield instances
    finally:
        for instance in instances:
            instance.end()
        nothing_runs_in(home)


def test_a_start_serves_alone_and_a_second_one_after_a_kill_finds_the_data(
    running: list[Running],
) -> None:
    [first] = running
    assert ready_status("127.0.0.1", first.port) == 200
    assert takes_traces_over_grpc(first.grpc_port)
    for path in (first.home / "secrets").iterdir():
        assert path.stat().st_mode & 0o077 == 0

    taken_folder = refused(first.home, MNEMOSCOPE_PORT=str(first.port))
    assert "in use by another instance" in taken_folder
    assert str(first.process.pid) in taken_folder
    taken_port = refused(first.home / "other", MNEMOSCOPE_PORT=str(first.port))
    assert f"Port {first.port} on 127.0.0.1 is in use" in taken_port
    assert "MNEMOSCOPE_PORT" in taken_port
    grpc_port = {"MNEMOSCOPE_OTLP_GRPC_PORT": str(first.grpc_port)}
    taken_grpc_port = refused(first.home / "other", MNEMOSCOPE_PORT=str(a_free_port()), **grpc_port)
    assert f"Port {first.grpc_port} on 127.0.0.1 is in use" in taken_grpc_port
    assert "MNEMOSCOPE_OTLP_GRPC_PORT" in taken_grpc_port

    with owner(first.home) as connection:
        connection.execute("CREATE TABLE remembered AS SELECT 'all of it' AS words")
    # Killed without a word: the watchdog stops what it left, within seconds.
    first.end(signal.SIGKILL)
    assert nothing_runs_in(first.home)
    assert ready_status("127.0.0.1", first.port) is None

    second = start(first.home, first.port, first.grpc_port)
    running.append(second)
    second.await_ready()
    assert takes_traces_over_grpc(second.grpc_port)
    with owner(first.home) as connection:
        assert connection.execute("SELECT words FROM remembered").fetchone() == ("all of it",)
    assert second.end() == 0
    assert not processes_naming(str(first.home))


def test_ctrl_c_while_starting_leaves_nothing_running(home: Path, free_port: int) -> None:
    instance = start(home, free_port)
    deadline = time.monotonic() + READY_SECONDS
    while not (home / "postgres" / "postmaster.pid").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert instance.end(signal.SIGINT) == 0
    assert not processes_naming(str(home))


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"MNEMOSCOPE_PORT": "http"}, "MNEMOSCOPE_PORT is 'http': write a whole number."),
        ({"MNEMOSCOPE_PORT": "70000"}, "MNEMOSCOPE_PORT is 70000: write 1 to 65535."),
        (
            {"MNEMOSCOPE_OTLP_GRPC_PORT": "-1"},
            "MNEMOSCOPE_OTLP_GRPC_PORT is -1: write 0 to 65535.",
        ),
        ({"MNEMOSCOPE_DEMO": "maybe"}, "MNEMOSCOPE_DEMO is 'maybe': write 1 or 0."),
        ({"MNEMOSCOPE_HOST": "203.0.113.7"}, "correct MNEMOSCOPE_HOST."),
        ({"MNEMOSCOPE_DATABASE_URL": "postgresql://x"}, "MNEMOSCOPE_DATABASE_URL names a database"),
    ],
)
def test_a_bad_setting_is_one_sentence_and_starts_nothing(
    home: Path, variables: dict[str, str], sentence: str
) -> None:
    assert sentence in refused(home, **variables)
    assert not (home / "postgres").exists()
    assert not processes_naming(str(home))
