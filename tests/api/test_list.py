import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import MemoryAccess
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory, an_agent, remember


def ids(response):
    assert response.status_code == 200, response.json()
    return [row["id"] for row in response.json()["results"]]


def test_a_memory_is_shown_whole(robo):
    memory = a_memory(
        robo,
        "Jonas prefers e-mail.",
        value={"channel": "e-mail"},
        namespace=("support",),
        subject="customer-4711",
        confidence=0.9,
    )
    shown = door_of(robo).get(f"memories/{memory.id}").json()
    assert shown["id"] == str(memory.id)
    assert shown["content"] == "Jonas prefers e-mail."
    assert shown["value"] == {"channel": "e-mail"}
    assert shown["namespace"] == ["support"]
    assert shown["subject"] == "customer-4711"
    assert shown["key"] is None
    assert shown["agent"] == str(robo.agent.id)
    assert shown["agent_name"] == "robo"
    assert shown["state"] == "active"
    assert shown["provenance"] == {
        "author": {"kind": "agent", "id": str(robo.agent.id), "label": "robo"},
        "trace_id": None,
        "span_id": None,
    }
    assert shown["created_at"].endswith("Z")
    around = {"derived": [], "legal_hold": False, "use": shown["use"]}
    [listed] = door_of(robo).get("memories").json()["results"]
    assert shown == listed | around


def test_what_a_list_shows_is_on_record_as_read(acme, robo, rookie):
    memory = a_memory(robo, "Jonas prefers e-mail.")
    remember(rookie, "Jonas prefers letters.")  # held: robo is not shown it
    door_of(robo).get("memories")
    door_of(robo).get(f"memories/{memory.id}/versions")
    with tenant_scope(acme.id):
        reads = MemoryAccess.objects.filter(access="read").values_list(
            "memory_id", "version", "agent", "purpose", "rank"
        )
        assert list(reads) == [(str(memory.id), 1, "robo", "list", None)] * 2


def test_pages_hold_every_memory_once_newest_first(robo):
    made = [str(a_memory(robo, f"Fact {n}").id) for n in range(5)]
    door = door_of(robo)
    first = door.get("memories?limit=2").json()
    a_memory(robo, "Written while the list is read.")
    second = door.get(f"memories?limit=2&cursor={first['next_cursor']}").json()
    third = door.get(f"memories?limit=2&cursor={second['next_cursor']}").json()
    shown = [row["id"] for page in (first, second, third) for row in page["results"]]
    assert shown == made[::-1]
    assert third["next_cursor"] is None


def test_a_namespace_is_matched_by_whole_segments(robo):
    door = door_of(robo)
    acme = a_memory(robo, namespace=("acme",))
    below = a_memory(robo, namespace=("acme", "eu"))
    beside = a_memory(robo, namespace=("acme-corp",))
    assert ids(door.get("memories?namespace=acme")) == [str(below.id), str(acme.id)]
    assert ids(door.get("memories?namespace=acme&namespace=eu")) == [str(below.id)]
    assert ids(door.get("memories?namespace=acme-corp")) == [str(beside.id)]
    assert ids(door.get("memories?namespace=eu")) == []


def test_each_filter_finds_its_own(acme, robo):
    other = an_agent(acme, "other")
    door = door_of(robo)
    wanted = a_memory(
        other, "x", kind="event", tier="episodic", key="k", subject="customer-1", confidence=0.9
    )
    a_memory(robo, "y", subject="customer-2")
    held = remember(robo, "z", confidence=0.1).memory
    for query in ("kind=event", "tier=episodic", "key=k", "subject=customer-1"):
        assert ids(door.get(f"memories?{query}")) == [str(wanted.id)], query
    assert ids(door.get(f"memories?agent={other.agent.id}")) == [str(wanted.id)]
    assert ids(door.get("memories?state=pending")) == [str(held.id)]
    assert ids(door.get("memories?kind=event&subject=customer-2")) == []


def test_what_is_past_its_expiry_is_listed_as_expired_before_any_sweep(robo):
    memory = a_memory(robo, expires_at=now() + timedelta(hours=1))
    door = door_of(robo)
    assert ids(door.get("memories?state=active")) == [str(memory.id)]
    with time_machine.travel(now() + timedelta(hours=2)):
        assert ids(door.get("memories?state=active")) == []
        assert ids(door.get("memories?state=expired")) == [str(memory.id)]
        assert door.get(f"memories/{memory.id}").json()["state"] == "expired"


def test_a_longer_list_takes_no_more_queries(robo):
    door = door_of(robo)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert door.get("memories").status_code == 200
        return len(captured)

    for number in range(2):
        a_memory(robo, f"Fact {number}", subject=f"customer-{number}")
    queries()  # the first request notes the key's use
    few = queries()
    for number in range(2, 12):
        a_memory(robo, f"Fact {number}", subject=f"customer-{number}")
    assert queries() == few


def test_more_parameters_than_anyone_needs_are_refused(robo):
    query = "&".join(f"p{number}=1" for number in range(1_100))
    problem_of(door_of(robo).get(f"memories?{query}"), 400, "bad_request")


REFUSED = {
    "an unknown parameter": ("colour=red", "colour", "unknown_parameter"),
    "a misspelt one": ("namespaces=a", "namespaces", "unknown_parameter"),
    "one given twice": ("kind=fact&kind=event", "kind", "repeated_parameter"),
    "an unknown kind": ("kind=rumour", "kind", "invalid_choice"),
    "an unknown state": ("state=lost", "state", "invalid_choice"),
    "the deleted": ("state=retired", "state", "invalid_choice"),
    "an agent that is no id": ("agent=robo", "agent", "wrong_type"),
    "no limit": ("limit=0", "limit", "out_of_range"),
    "too high a limit": ("limit=201", "limit", "out_of_range"),
    "a negative limit": ("limit=-1", "limit", "wrong_type"),
    "a limit in words": ("limit=ten", "limit", "wrong_type"),
    "a limit in other digits": ("limit=%D9%A1%D9%A0", "limit", "wrong_type"),
    "an empty limit": ("limit=", "limit", "wrong_type"),
    "NUL": ("key=a%00b", "key", "unstorable_text"),
    "NUL in a namespace": ("namespace=%00", "namespace.0", "unstorable_text"),
    "an empty segment": ("namespace=", "namespace.0", "blank"),
    "17 segments": ("&".join(["namespace=a"] * 17), "namespace", "too_long"),
    "a cursor of one's own": ("cursor=next", "cursor", "bad_cursor"),
    "a cursor with rubbish": ("cursor=AAAAAAAAAAAAAAAAAAAAAA!!", "cursor", "bad_cursor"),
    "a cursor padded": ("cursor=AAAAAAAAAAAAAAAAAAAAAA==", "cursor", "bad_cursor"),
    "a cursor of another spelling": ("cursor=AAAAAAAAAAAAAAAAAAAAAB", "cursor", "bad_cursor"),
    "a long cursor": ("cursor=" + "A" * 101, "cursor", "too_long"),
    "an empty cursor": ("cursor=", "cursor", "blank"),
}


@pytest.mark.parametrize(("query", "field", "code"), REFUSED.values(), ids=REFUSED)
def test_a_question_that_does_not_hold_is_refused_by_name(robo, query, field, code):
    problem = problem_of(door_of(robo).get(f"memories?{query}"), 422, "invalid")
    assert field_codes(problem) == {field: code}


def test_a_filter_in_the_address_narrows_the_list(robo):
    door = door_of(robo)
    cheap = a_memory(robo, "a", metadata={"price": 9}, kind="event")
    dear = a_memory(robo, "b", metadata={"price": 10})
    a_memory(robo, "c", metadata={"price": "10"})

    def listed(filters):
        return ids(door.get("memories?" + urlencode({"filter": json.dumps(filters)})))

    assert listed({"metadata.price": {"gte": 9}}) == [str(dear.id), str(cheap.id)]
    assert listed({"metadata.price": {"gte": 9}, "kind": {"ne": "event"}}) == [str(dear.id)]
    assert listed({"metadata.'; --": {"exists": True}}) == []


REFUSED_FILTERS = {
    "no JSON": ("{", "filter", "malformed_json"),
    "no object": ("[]", "filter", "not_an_object"),
    "a member twice": ('{"kind": "fact", "kind": "event"}', "filter", "duplicate_key"),
    "no number": ('{"confidence": NaN}', "filter", "non_finite_number"),
    "a huge number": ('{"confidence": 1e400}', "filter.confidence", "number_out_of_range"),
    "nobody's field": ('{"mood": "x"}', "filter.mood", "unknown_field"),
    "an unknown operator": ('{"key": {"like": "x"}}', "filter.key.like", "unknown_operator"),
    "a long one": ("{" + " " * 8_000 + "}", "filter", "too_long"),
    "nothing": ("", "filter", "blank"),
}


@pytest.mark.parametrize(("text", "field", "code"), REFUSED_FILTERS.values(), ids=REFUSED_FILTERS)
def test_a_filter_that_cannot_be_parsed_is_refused_never_ignored(robo, text, field, code):
    problem = problem_of(
        door_of(robo).get("memories?" + urlencode({"filter": text})), 422, "invalid"
    )
    assert field_codes(problem) == {field: code}
