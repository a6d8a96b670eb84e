"""Whatever is sent, the door answers with a status of its own choosing and never falls over."""

import json
import string
from urllib.parse import urlencode

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console.api.v1.memory_bodies import MemoryChange, MemoryQuery, MemoryWrite
from console.api.v1.recall import RecallBody
from console.api.v1.snapshots import SnapshotBody
from tests.api.door import door_of
from tests.cast import a_memory

# The fixtures hold for all examples of a test: each request is one more in the same tenant.
ANYTHING = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FILTERS = ["and", "or", "not", "metadata", "metadata.a", "key", "kind", "created_at", "agent"]
# What other people's programs fell over, written anew.
NASTY = [
    "",
    "null",
    "-0",
    "1e400",
    "9" * 400,
    "' OR 1=1; --",
    "%s%n{0}{{x}}",
    "../../../etc/passwd",
    "\u202egnp.exe",
    "\u200b\u2060\ufeff",
    "e" + "\u0301" * 500,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ud800",
    "a\0b",
    "\r\nSet-Cookie: a=b",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "2026-02-30T25:61:61Z",
    "ﷺ" * 200,
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(NASTY)
    | st.datetimes().map(str)
    | st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat())
    | st.uuids().map(str)
    | st.sampled_from(["fact", "semantic", "agent", "active", "x" * 300])
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


def bodies_of(shape):
    """A readable text in most, so that the other fields are reached."""
    known = st.dictionaries(st.sampled_from(list(shape().fields)), JSON)
    return known | known.map(lambda body: body | {"content": "A fact."})


@ANYTHING
@given(body=bodies_of(MemoryWrite))
def test_any_write(robo, body):
    assert door_of(robo).post("memories", body).status_code in {201, 202, 400, 422}


@ANYTHING
@given(items=st.lists(bodies_of(MemoryWrite) | JSON, max_size=4))
def test_any_batch(robo, items):
    response = door_of(robo).post("memories/batch", {"memories": items})
    assert response.status_code in {200, 400, 422}


@ANYTHING
@given(body=bodies_of(MemoryChange))
def test_any_change(robo, body):
    memory = a_memory(robo)
    response = door_of(robo).patch(f"memories/{memory.id}", body)
    assert response.status_code in {200, 202, 400, 409, 422, 428}


@ANYTHING
@given(body=st.dictionaries(st.sampled_from(list(RecallBody().fields)), JSON), query=st.text())
@example(body={"snapshot": "0"}, query="0")
def test_any_recall(robo, body, query):
    response = door_of(robo).post("recall", body | {"query": query})
    # A snapshot that is not there is absent.
    assert response.status_code in {200, 400, 404 if "snapshot" in body else 422, 422}


@ANYTHING
@given(filters=JSON | st.dictionaries(st.sampled_from(FILTERS), JSON, max_size=3))
def test_any_filter(robo, filters):
    door = door_of(robo)
    response = door.post("recall", {"query": "q", "filters": filters})
    assert response.status_code in {200, 400, 422}
    query = urlencode({"filter": json.dumps(filters)})
    assert door.get(f"memories?{query}").status_code in {200, 422}


@ANYTHING
@given(body=st.dictionaries(st.sampled_from(list(SnapshotBody().fields)), JSON))
def test_any_snapshot(bob, body):
    response = door_of(bob).post("snapshots", {"name": "x"} | body)
    assert response.status_code in {201, 400, 409, 422}


@ANYTHING
@given(body=st.dictionaries(st.sampled_from(["weights", "reason"]), JSON))
def test_any_setting(alice, body):
    assert door_of(alice).post("settings/recall", body).status_code in {200, 400, 422}


@ANYTHING
@given(st.lists(st.tuples(st.sampled_from(list(MemoryQuery().fields)), st.text()), max_size=6))
def test_any_question(robo, parameters):
    query = urlencode(parameters, errors="replace")
    assert door_of(robo).get(f"memories?{query}").status_code in {200, 422}


@ANYTHING
@given(name=st.text(st.sampled_from(string.printable)))
def test_any_address(robo, name):
    response = door_of(robo).get("memories/" + urlencode({"x": name})[2:])
    assert response.status_code in {200, 404}
