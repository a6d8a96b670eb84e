"""Personal data on a memory's pages."""

from html import unescape

import pytest

from audit.models import AuditEvent
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.web.addresses import as_asked
from memory.actions import (
    revise_memory,
)
from tests.cast import a_memory, a_write


def address(memory, part=""):
    return f"/memories/{memory.id}{part}"


def text_of(response):
    return unescape(response.content.decode())


@pytest.fixture
def private(acme, bob, robo):
    """Two versions with an address of e-mail each."""
    memory = a_memory(robo, "Write to jonas.weber@gmail.com.", subject="customer-9")
    with tenant_scope(acme.id):
        write = a_write("Write to j.weber@gmail.com.", metadata={"mail": "j.weber@gmail.com"})
        revise_memory(actor=bob.actor, memory=memory, write=write, expected_version=1)
        memory.refresh_from_db()
    return memory


def test_personal_data_is_masked_until_it_is_asked_for_on_record(desk, acme, dana, robo, private):
    client = desk(dana)
    then = f"?at={as_asked(now())}"
    masked = [address(private), address(private, "/versions"), address(private, then)]
    for page in (*masked, "/memories/", "/memories/?q=write", f"/memories/{then}"):
        text = text_of(client.get(page))
        assert "[email address" in text
        assert "weber@gmail.com" not in text
    sent = {"agent": str(robo.agent.id), "query": "whom to write to", "top_k": 5}
    assert "weber@gmail.com" not in text_of(client.post("/memories/try", sent))
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="memory.revealed").exists()
    for query in ("", "?old=1&new=2", then):
        revealed = text_of(client.post(address(private, f"/reveal{query}")))
        assert "j.weber@gmail.com" in revealed
    with tenant_scope(acme.id):
        event, *_ = AuditEvent.objects.filter(kind="memory.revealed", object_id=private.id)
        assert AuditEvent.objects.filter(kind="memory.revealed").count() == 3
    assert event.actor_label == dana.actor.label
    assert "weber" not in str(event.payload)
    assert "weber@gmail.com" not in text_of(client.get(address(private)))


def test_who_opens_the_form_to_revise_is_told_of_to_the_trail(desk, acme, bob, private):
    assert "j.weber@gmail.com" in text_of(desk(bob).get(address(private, "/revise")))
    with tenant_scope(acme.id):
        assert AuditEvent.objects.filter(kind="memory.revealed", object_id=private.id).exists()


def test_mallory_reveals_nothing(desk, acme, mallory, private):
    assert desk(mallory).post(address(private, "/reveal")).status_code == 404
