"""Every angle of the trail has an index, which row security does not keep from being used."""

from uuid import uuid4

import pytest
from django.db import connections

from audit.event_filter import EventFilter, actors_called, find_events, kinds_of
from audit.models import AuditEvent
from audit.trail import append
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from tests.proof.log import some_events

ANGLES = {
    "a kind": (EventFilter(kinds=["policy.saved"]), "event_kind"),
    "an actor": (EventFilter(actors=[uuid4()]), "event_actor"),
    "an object": (EventFilter(object=uuid4()), "event_object"),
    "a request": (EventFilter(request=uuid4()), "event_request"),
    "a trace": (EventFilter(trace=b"\1" * 16), "event_trace"),
    "a reason": (EventFilter(reason="other"), "event_reason"),
    "a note": (EventFilter(text="words"), "event_noted"),
    "people": (EventFilter(actor_kind="user"), "event_not_agents"),
    "refusals": (EventFilter(outcome="refused"), "event_refused"),
}


@pytest.fixture
def a_long_trail(committed_db):
    """Committed and analyzed: else the plan hangs on what the table held when last looked at."""
    acme = create_tenant(slug="acme", name="Acme")
    some_events(acme, 3_000)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE audit_auditevent")
    connections["owner"].close()
    with tenant_scope(acme.id):
        yield


def test_each_angle_is_found_by_its_index(a_long_trail):
    plans = {name: find_events(wanted)[:51].explain() for name, (wanted, _) in ANGLES.items()}
    missed = {name: plan for name, plan in plans.items() if f" {ANGLES[name][1]} " not in plan}
    assert missed == {}
    assert not [plan for plan in plans.values() if "Seq Scan on audit_auditevent" in plan]


def test_an_actor_is_found_by_a_part_of_the_newest_name_alone(in_acme, alice, bob, robo):
    for person in (alice, bob, robo):
        append(kind="session.started", actor=person.actor)
    assert actors_called("LIC") == [alice.actor.id]
    assert set(actors_called("o")) >= {bob.actor.id, robo.actor.id}
    assert actors_called("%") == []
    assert actors_called("nobody") == []


def test_a_noun_is_all_its_kinds_and_no_other(in_acme):
    assert kinds_of(["memory"]) >= {"memory.written", "memory.recalled"}
    assert "memories.quarantined" not in kinds_of(["memory"])
    assert kinds_of(["hold.placed", "nothing"]) == {"hold.placed"}


def test_filters_narrow_together(in_acme, alice, bob):
    for person, note in ((alice, "seen"), (bob, "seen"), (bob, "")):
        append(kind="view.saved", actor=person.actor, text=note, reason="other")
    wanted = EventFilter(kinds=["view.saved"], actors=[bob.actor.id], reason="other", text="SEEN")
    [event] = find_events(wanted)
    assert (event.actor_id, event.note) == (bob.actor.id, "seen")
    assert AuditEvent.objects.filter(kind="view.saved").count() == 3
