"""A change and its event commit together, or neither does; and the trail cannot be rewritten."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from audit.models import AuditEvent
from audit.trail import audited, note, record_refusal
from console.administration import create_tenant
from console.platform.errors import NotFoundError
from console.platform.requests import RequestContext, request_context
from console.tenancy.scope import tenant_scope
from memory.models import Memory
from tests.cast import a_memory, an_agent


def test_an_action_that_fails_leaves_no_event_and_one_whose_event_fails_no_change(in_acme, alice):
    @audited("memory.written")
    def fails(*, actor):
        Memory.objects.create(state="active")
        raise ZeroDivisionError

    @audited("memory.written")
    def untold(*, actor):
        note(kind="no.such.kind")
        return Memory.objects.create(state="active")

    for action, error in ((fails, ZeroDivisionError), (untold, KeyError)):
        with pytest.raises(error):
            action(actor=alice.actor)
    assert not Memory.objects.exists()
    assert not AuditEvent.objects.filter(kind="memory.written").exists()


def test_the_database_refuses_a_governed_change_without_an_event(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    with (
        pytest.raises(IntegrityError, match="changed without an audit event"),
        tenant_scope(acme.id),
    ):
        Memory.objects.create(state="active")
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()


def test_the_database_refuses_raw_sql_without_an_event(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    memory = a_memory(an_agent(acme, "robo"))
    with (
        pytest.raises(IntegrityError, match="changed without an audit event"),
        tenant_scope(acme.id),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE memory_memory SET state = 'retired'")
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).state == "active"


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditevent SET reason = 'x'", "DELETE FROM audit_auditevent"]
)
def test_the_app_role_cannot_rewrite_the_trail(in_acme, alice, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.exists()


def test_a_refusal_is_kept_although_what_was_refused_rolled_back(acme, alice):
    error = NotFoundError("x")
    record_refusal(actor=alice.actor, error=error, door="GET /api/v1/memories/{id}")
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="request.refused")
    assert (event.outcome, event.reason) == ("refused", "not_found")
    assert event.payload == {"door": "GET /api/v1/memories/{id}", "status": 404}


def test_events_of_one_request_carry_its_id(in_acme, robo):
    with request_context(RequestContext()) as request:
        a_memory(robo)
    assert AuditEvent.objects.get(kind="memory.written").request_id == request.id


def test_a_note_outside_an_action_is_a_mistake():
    with pytest.raises(RuntimeError):
        note(anything=1)
