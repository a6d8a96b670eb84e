"""A change whose event cannot be recorded is refused, at every door, and nothing of it stays.

Each fault is one a database can have: the event breaks a rule, may not be written, or the disk is
full. Made by the tables' owner; the product meets it as it would in earnest.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connections

from audit.models import AuditEvent, RowChange
from audit.tasks import reconcile_audit_in
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.models import Memory, MemoryVersion, SealedContent, State
from memory.tasks import expire_due_in
from tests.cast import a_memory, a_person, an_agent

DISK_FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION full_disk()
"""
FAULTS = {
    "a broken rule": (
        "ALTER TABLE audit_auditevent ADD CONSTRAINT broken CHECK (false) NOT VALID",
        "ALTER TABLE audit_auditevent DROP CONSTRAINT broken",
    ),
    "no permission": (
        "REVOKE INSERT ON audit_auditevent FROM mnemoscope_app",
        "GRANT INSERT ON audit_auditevent TO mnemoscope_app",
    ),
    "a full disk": (DISK_FULL.format("audit_auditevent"), "DROP FUNCTION full_disk() CASCADE"),
    "a full disk under the changed rows": (
        DISK_FULL.format("audit_rowchange"),
        "DROP FUNCTION full_disk() CASCADE",
    ),
}


@pytest.fixture
def acme(committed_db):
    return create_tenant(slug="acme", name="Acme")


@pytest.fixture
def robo(acme):
    return an_agent(acme, "robo")


@pytest.fixture
def known(robo):
    return a_memory(robo)


@contextmanager
def broken_by(fault):
    begin, end = FAULTS[fault]
    _as_owner(begin)
    try:
        yield
    finally:
        _as_owner(end)


def _as_owner(statement):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
    connections["owner"].close()


def everything(tenant):
    with tenant_scope(tenant.id):
        return (
            list(Memory.objects.values_list("id", "state", "version").order_by("id")),
            *(
                model.objects.count()
                for model in (MemoryVersion, SealedContent, AuditEvent, RowChange)
            ),
        )


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_the_api_refuses_and_keeps_nothing(acme, robo, known, client, fault):
    client.raise_request_exception = False
    before = everything(acme)
    asked = {"headers": {"Authorization": f"Bearer {robo.key}"}, "content_type": "application/json"}
    with broken_by(fault):
        written = client.post("/api/v1/memories", {"content": "Jonas moved to Kiel."}, **asked)
        assert everything(acme) == before
        recalled = client.post("/api/v1/recall", {"query": "e-mail"}, **asked)
    assert written.status_code >= 400
    # A recall changes no row, so a fault of theirs alone is none of its.
    assert (recalled.status_code == 200) == (fault == "a full disk under the changed rows")
    assert "could not extend" not in written.content.decode()
    if recalled.status_code != 200:
        assert everything(acme) == before


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_the_console_refuses_and_keeps_nothing(acme, known, client, fault):
    alice = a_person(acme, "alice", Role.OWNER)
    client.force_login(alice.user)
    client.raise_request_exception = False
    before = everything(acme)
    with broken_by(fault):
        answer = client.post(f"/memories/{known.id}/expire", {"reason": "outdated"})
    assert answer.status_code >= 400
    assert everything(acme) == before


def test_a_task_fails_and_keeps_nothing_and_does_it_once_it_can(acme, robo):
    memory = a_memory(robo, "The parcel is on its way.", expires_at=now() + timedelta(hours=1))
    before = everything(acme)
    with time_machine.travel(now() + timedelta(hours=2)):
        with (
            broken_by("a full disk"),
            pytest.raises(OperationalError, match="could not extend file"),
        ):
            expire_due_in(tenant_id=str(acme.id))
        assert everything(acme) == before
        expire_due_in(tenant_id=str(acme.id))
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).state == State.EXPIRED
    reconcile_audit_in(tenant_id=str(acme.id))
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="audit.incomplete").exists()
