"""The process that seals: it is told to stop, loses its database, meets a broken tenant."""

import json
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from audit.models import Anchor, Checkpoint, LogLeaf, LogMark
from audit.proof.sequencer import Sequencer
from audit.proof.states import Stage, states_of
from console.administration import create_tenant
from console.platform.env import PROJECT_ROOT
from console.platform.telemetry.metrics import LOG_LAG
from console.tenancy.scope import tenant_scope
from tests.database import DATABASE
from tests.proof.log import (
    behind_the_applications_back,
    events,
    leaves,
    own_connection,
    some_events,
)


@pytest.fixture(autouse=True)
def anchors(tmp_path, settings):
    settings.ANCHOR_DIR = str(tmp_path / "anchors")


@pytest.fixture
def tenant(committed_db):
    return create_tenant(slug="acme", name="Acme")


def a_sequencer(**options):
    return Sequencer(**{"pause": 0.01, "checkpoint_every": timedelta(hours=1), **options})


@pytest.fixture
def running(tenant):
    """A sequencer that keeps running, in a thread."""
    asked_to_stop, rounds = threading.Event(), []
    thread = threading.Thread(
        target=lambda: own_connection(
            lambda: a_sequencer().run(asked_to_stop, after_round=lambda: rounds.append(1))
        ),
        daemon=True,
    )
    thread.start()
    yield rounds
    asked_to_stop.set()
    thread.join(30)
    assert not thread.is_alive()


def until(holds, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def checkpoints(tenant):
    with tenant_scope(tenant.id):
        return list(Checkpoint.objects.order_by("number"))


def test_once_seals_signs_and_delivers_what_there_is(tenant, capsys):
    some_events(tenant, 3)
    call_command("sequence_audit", "--once", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["leaves"], told["checkpoints"], told["failed"]) == (4, 1, 0)
    with tenant_scope(tenant.id):
        known = [leaf.id for leaf in LogLeaf.objects.all()]
        assert {state.name for state in states_of(known).values()} == {Stage.ANCHORED}
        assert Anchor.objects.count() == 1


def test_a_rescan_finds_what_a_restore_left_without_a_place(tenant, capsys):
    call_command("sequence_audit", "--once")
    with tenant_scope(tenant.id):
        LogMark.objects.update(xid=2**40)
    some_events(tenant, 3)
    with pytest.raises(CommandError, match="goes with --once"):
        call_command("sequence_audit", "--rescan")
    call_command("sequence_audit", "--once")
    assert len(leaves(tenant)) == 1
    capsys.readouterr()
    call_command("sequence_audit", "--once", "--rescan", "--json")
    assert json.loads(capsys.readouterr().out)["leaves"] == 4
    assert len(leaves(tenant)) == len(events(tenant))


def test_an_event_is_anchored_once_somebody_outside_took_a_checkpoint_over_it(tenant, settings):
    a_sequencer().finish()
    some_events(tenant, 1)
    settings.ANCHOR_DIR = "/proc/no/such"
    a_sequencer().finish()
    with tenant_scope(tenant.id):
        states = states_of([*events(tenant)])
        names = sorted((state.index, state.name) for state in states.values())
    assert names == [(0, Stage.ANCHORED), (1, Stage.SEQUENCED), (2, Stage.SEQUENCED)]


def test_what_nobody_took_is_delivered_the_next_time(tenant, settings):
    taken, settings.ANCHOR_DIR = settings.ANCHOR_DIR, "/proc/no/such"
    sequencer = a_sequencer(checkpoint_every=timedelta(0))
    assert sequencer.round().checkpoints == 1
    with tenant_scope(tenant.id):
        assert not Anchor.objects.exists()
    settings.ANCHOR_DIR = taken
    sequencer.round()
    with tenant_scope(tenant.id):
        assert Anchor.objects.exists()


def test_checkpoints_are_apart_and_the_last_is_made_when_it_stops(tenant):
    sequencer = a_sequencer()
    assert sequencer.round().checkpoints == 1
    some_events(tenant, 2)
    made = sequencer.round()
    assert (made.leaves, made.checkpoints) == (3, 0)
    assert sequencer.finish().checkpoints == 1
    assert [one.size for one in checkpoints(tenant)] == [1, 4]
    assert sequencer.finish().checkpoints == 0


def test_a_long_way_to_go_is_gone_in_turns(tenant, monkeypatch):
    monkeypatch.setattr("audit.proof.sequence.sequence.__defaults__", (7,))
    monkeypatch.setattr("audit.proof.sequencer.BATCHES_IN_TURN", 2)
    some_events(tenant, 40)
    sequencer = a_sequencer()
    first = sequencer.round()
    assert (first.leaves, first.is_more) == (14, True)
    assert sequencer.finish().leaves == 41 - 14 + 1


def test_it_outlives_its_database_and_goes_on(tenant, running, postgres):
    until(lambda: len(leaves(tenant)) >= 1)
    before = len(running)
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'mnemoscope_app' AND pid <> pg_backend_pid()"
        )
    connections["default"].close()
    some_events(tenant, 5)
    until(lambda: set(events(tenant)) == {leaf.id for leaf in leaves(tenant)})
    until(lambda: len(running) > before)


def test_a_tenant_whose_log_is_broken_holds_nobody_else_up(tenant, postgres, capsys):
    other = create_tenant(slug="globex", name="Globex")
    a_sequencer().finish()
    with behind_the_applications_back(postgres) as superuser:
        superuser.execute("DELETE FROM audit_logtile WHERE tenant_id = %s", [tenant.id])
    for one in (tenant, other):
        some_events(one, 2)
    made = a_sequencer().finish()
    assert made.failed == 1
    assert len(leaves(other)) == len(events(other))
    with pytest.raises(CommandError, match="logs of 1 tenants could not be extended"):
        call_command("sequence_audit", "--once")


def test_the_metrics_tell_for_how_long_an_event_has_waited(tenant):
    held, done = threading.Event(), threading.Event()

    def hold():
        with tenant_scope(tenant.id), connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
            held.set()
            assert done.wait(30)

    holder = threading.Thread(target=lambda: own_connection(hold), daemon=True)
    holder.start()
    assert held.wait(30)
    some_events(tenant, 1)
    time.sleep(0.2)
    a_sequencer().round()
    assert LOG_LAG._value.get() >= 0.2
    done.set()
    holder.join(30)
    a_sequencer().round()
    assert LOG_LAG._value.get() == 0


def test_help_names_its_settings():
    said = subprocess.run(
        [sys.executable, "manage.py", "sequence_audit", "--help"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"DJANGO_SETTINGS_MODULE": "console.settings.test", "PATH": ""},
    ).stdout
    for name in ("MNEMOSCOPE_SEQUENCE_SECONDS", "MNEMOSCOPE_CHECKPOINT_SECONDS", "--once"):
        assert name in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_after_what_came_last_is_sealed(tenant, number, postgres, tmp_path):
    alive = tmp_path / "alive"
    default = connections["default"].settings_dict
    dsn = psycopg.conninfo.make_conninfo(
        host=default["HOST"],
        dbname=default["NAME"],
        user=default["USER"],
        password=default["PASSWORD"],
    )
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sequence_audit", "--alive", str(alive)],
        cwd=PROJECT_ROOT,
        env={
            "DJANGO_SETTINGS_MODULE": "console.settings.test",
            "MNEMOSCOPE_DATABASE_URL": dsn,
            "MNEMOSCOPE_HOME": str(tmp_path),
            "MNEMOSCOPE_SEQUENCE_SECONDS": "60",
            "MNEMOSCOPE_CHECKPOINT_SECONDS": "3600",
            "PATH": "",
        },
    )
    until(alive.exists, 60)
    some_events(tenant, 3)
    process.send_signal(number)
    assert process.wait(30) == 0
    made = checkpoints(tenant)
    assert made[-1].size == len(events(tenant))
    kept = (tmp_path / "anchors" / f"{tenant.id}.log").read_text().splitlines()
    assert [json.loads(line)["note"] for line in kept] == [one.note for one in made]
