from datetime import timedelta

import pytest

from audit.models import AuditEvent
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory


def test_dana_sees_who_did_what_and_who_was_refused(dana, robo):
    written = door_of(robo).post("memories", {"content": "Jonas prefers e-mail."}).json()
    refused = door_of(robo).post("memories", {"content": ""}).json()
    events = door_of(dana).get("audit/events?limit=2").json()["results"]
    assert [event["kind"] for event in events] == ["request.refused", "memory.written"]
    refusal, writing = events
    assert refusal["outcome"] == "refused"
    assert refusal["reason"] == "invalid"
    assert refusal["request_id"] == refused["request_id"]
    assert refusal["payload"]["door"] == "POST /api/v1/memories"
    assert writing["outcome"] == "done"
    assert writing["actor"] == str(robo.agent.id)
    assert writing["actor_kind"] == "agent"
    assert writing["actor_label"] == "robo"
    assert writing["object"] == written["id"]
    assert writing["object_kind"] == "memory"
    assert writing["at"].endswith("Z")
    assert writing["proof"] == {"state": "recorded", "index": None, "checkpoint": None}


def test_no_event_tells_a_memorys_text(dana, robo):
    door_of(robo).post("memories", {"content": "Jonas prefers e-mail.", "value": {"pin": 4711}})
    response = door_of(dana).get("audit/events")
    assert b"prefers" not in response.content
    assert b"4711" not in response.content


def test_each_filter_finds_its_own(dana, robo):
    memory = a_memory(robo)
    door_of(robo).post("memories", {})
    door = door_of(dana)

    def kinds(query):
        response = door.get(f"audit/events?{query}")
        assert response.status_code == 200, response.json()
        return {event["kind"] for event in response.json()["results"]}

    assert kinds("kind=memory.written") == {"memory.written"}
    assert kinds(f"object={memory.id}") == {"memory.written"}
    assert kinds(f"actor={robo.agent.id}") == {"memory.written", "request.refused"}
    assert kinds("outcome=refused") == {"request.refused"}
    soon = (now() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert kinds(f"from={soon}") == set()
    assert "memory.written" in kinds(f"to={soon}")
    assert kinds(f"from=2020-01-01T00:00:00Z&to={soon}&kind=memory.written") == {"memory.written"}


def test_the_trail_is_paged_newest_first(acme, dana, robo):
    for number in range(3):
        a_memory(robo, f"Fact {number}")
    door = door_of(dana)
    shown, cursor = [], ""
    while cursor is not None:
        page = door.get(f"audit/events?limit=2{cursor and f'&cursor={cursor}'}").json()
        shown += [event["id"] for event in page["results"]]
        cursor = page["next_cursor"]
    with tenant_scope(acme.id):
        kept = AuditEvent.objects.order_by("-id").values_list("id", flat=True)
        assert shown == [str(event_id) for event_id in kept]


REFUSED = {
    "an unknown kind": ("kind=memory.lost", "kind.0", "invalid_choice"),
    "an actor by name": ("actor=robo", "actor", "wrong_type"),
    "a day": ("from=2026-01-01", "from", "wrong_type"),
    "a time without a zone": ("to=2026-01-01T00:00:00", "to", "naive_datetime"),
    "an unknown outcome": ("outcome=maybe", "outcome", "invalid_choice"),
    "a trace that is none": ("trace=7", "trace", "not_hexadecimal"),
    "another list's cursor": ("cursor=AAAA", "cursor", "bad_cursor"),
    "an unknown parameter": ("since=1", "since", "unknown_parameter"),
}


@pytest.mark.parametrize(("query", "field", "code"), REFUSED.values(), ids=REFUSED)
def test_a_question_that_does_not_hold_is_refused_by_name(dana, query, field, code):
    problem = problem_of(door_of(dana).get(f"audit/events?{query}"), 422, "invalid")
    assert field_codes(problem) == {field: code}


def test_an_event_is_read_by_its_id(acme, dana, mallory, carol, robo):
    a_memory(robo)
    [event] = door_of(dana).get("audit/events?kind=memory.written").json()["results"]
    assert door_of(dana).get(f"audit/events/{event['id']}").json() == event
    problem_of(door_of(mallory).get(f"audit/events/{event['id']}"), 404, "not_found")
    problem_of(door_of(carol).get(f"audit/events/{event['id']}"), 403, "not_permitted")


def test_events_are_found_by_whom_and_what_they_are_about(acme, dana, robo):
    traceparent = {"traceparent": f"00-{'a1' * 16}-{'b2' * 8}-01"}
    body = {"content": "Ada moved.", "subject": "customer-1"}
    response = door_of(robo).post("memories", body, **traceparent)
    memory, request = response.json()["id"], response["X-Request-Id"]
    door_of(robo).post("memories", {"content": "Otto pays.", "subject": "customer-2"})
    door_of(robo).post("recall", {"query": "Ada moved", "subject": "customer-1"})
    door = door_of(dana)

    def found(query):
        return [one["kind"] for one in door.get(f"audit/events?{query}").json()["results"]]

    about = ["memory.recalled", "memory.written"]
    assert found(f"memory={memory}") == about
    assert found("subject=customer-1&kind=memory") == about
    assert found("subject=customer-3") == []
    assert found(f"request={request}") == ["memory.written"]
    assert found(f"trace={'a1' * 16}") == ["memory.written"]
    assert found(f"key={robo.actor.api_key_id}&kind=memory.recalled") == ["memory.recalled"]
    assert found("kind=memory.recalled&kind=memory.written&actor_kind=agent") == [
        "memory.recalled",
        "memory.written",
        "memory.written",
    ]


@pytest.mark.parametrize("form", ["jsonl", "csv", "ocsf"])
def test_an_export_streams_what_the_filters_find_and_is_on_record(acme, dana, robo, form):
    a_memory(robo, "Ada moved.", subject="customer-1")
    a_memory(robo, "Otto pays.", subject="customer-2")
    response = door_of(dana).get(
        f"audit/events/export?format={form}&kind=memory.written&subject=customer-1"
    )
    assert response.status_code == 200
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="audit.exported")
    assert event.actor_id == dana.actor.id
    assert event.payload == {
        "form": form,
        "filters": {"kind": ["memory.written"], "subject": "…"},
        "events": 1,
    }
    lines = response.getvalue().decode().splitlines()
    assert len(lines) == (2 if form == "csv" else 1)
    assert "memory.written" in lines[-1]


def test_whoever_may_not_read_the_trail_takes_nothing_of_it(acme, carol, dana):
    problem_of(door_of(carol).get("audit/events/export"), 403, "not_permitted")
    problem_of(door_of(dana).get("audit/events/export?format=pdf"), 422, "invalid")
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="audit.exported").exists()
