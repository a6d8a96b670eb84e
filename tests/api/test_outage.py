"""When it is not the request: the database away, or a defect of ours."""

import json
import logging
from io import StringIO

import pytest
import structlog
from django.db import connection

from audit.models import AuditEvent
from console.administration import create_tenant
from console.api.v1 import memories
from console.tenancy.scope import tenant_scope
from memory.actions import write_memory
from memory.models import Memory
from tests.api.door import door_of, problem_of
from tests.cast import an_agent


@pytest.fixture
def committed(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    return acme, an_agent(acme, "robo")


@pytest.fixture
def database_away(committed):
    """The address leads nowhere, as when the server is stopped."""
    connection.close()
    where = dict(connection.settings_dict)
    connection.settings_dict["HOST"] = "/nonexistent"
    yield committed
    connection.close()
    connection.settings_dict.update(where)


def test_without_its_database_the_door_asks_to_come_back(database_away):
    _, robo = database_away
    response = door_of(robo).post("memories", {"content": "x"})
    problem = problem_of(response, 503, "unavailable")
    assert int(response["Retry-After"]) > 0
    assert "nonexistent" not in str(problem)


def test_a_connection_lost_in_the_midst_is_an_outage_and_writes_nothing(committed, monkeypatch):
    acme, robo = committed

    def cut_off(**fields):
        outcome = write_memory(**fields)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return outcome

    monkeypatch.setattr(memories, "write_memory", cut_off)
    problem_of(door_of(robo).post("memories", {"content": "x"}), 503, "unavailable")
    connection.close()
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()


@pytest.fixture
def log():
    """What the configured handler writes, a line of JSON per event."""
    (handler,) = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    written = StringIO()
    before = handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    handler.setStream(before)


def test_a_defect_tells_the_client_nothing_and_the_log_its_cause_but_no_content(
    acme, robo, monkeypatch, log
):
    def defective(**_fields):
        raise RuntimeError("inside of ours")

    monkeypatch.setattr(memories, "write_memory", defective)
    response = door_of(robo).post("memories", {"content": "Jonas is ill."})
    problem = problem_of(response, 500, "unexpected")
    assert "inside" not in str(problem)
    (line,) = [line for line in log() if line["event"] == "unexpected_error"]
    assert line["exception"].endswith("RuntimeError: inside of ours")
    assert line["request_id"] == problem["request_id"]
    assert "Jonas" not in str(log())
    assert robo.key not in str(log())
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()
        assert not AuditEvent.objects.filter(kind="request.refused").exists()
