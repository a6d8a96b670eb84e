"""When it is not the request: the database away, or a defect of ours."""

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


def test_a_defect_is_a_problem_that_tells_nothing_and_a_log_line_that_does(acme, robo, monkeypatch):
    def defective(**_fields):
        raise RuntimeError("secret detail of the inside")

    monkeypatch.setattr(memories, "write_memory", defective)
    with structlog.testing.capture_logs() as logged:
        response = door_of(robo).post("memories", {"content": "x"})
    problem = problem_of(response, 500, "unexpected")
    assert "secret" not in str(problem)
    assert "secret detail" in str(logged[0]["exc_info"])
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()
        assert not AuditEvent.objects.filter(kind="request.refused").exists()
