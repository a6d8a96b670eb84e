"""Every angle of the trail has an index, which row security does not keep from being used."""

from uuid import uuid4

import pytest
from django.db import connection

from audit.event_filter import EventFilter, actors_called, find_events, kinds_of
from audit.models import AuditEvent
from audit.trail import Event, append, append_events

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


@pytest.mark.parametrize(("wanted", "index"), ANGLES.values(), ids=ANGLES)
def test_each_angle_is_found_by_its_index(in_acme, alice, wanted, index):
    append_events([Event(kind="view.saved")] * 3_000, actor=alice.actor)
    with connection.cursor() as cursor:
        # A table this small has no statistics: of bitmaps, the planner takes the narrowest.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = find_events(wanted)[:51].explain()
    assert index in plan, plan
    assert "Seq Scan on audit_auditevent" not in plan


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
