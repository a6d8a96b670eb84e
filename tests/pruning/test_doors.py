"""What people and programs are told of events that retention removed."""

import re

import pytest

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, problem_of
from tests.proof.log import leaves
from tests.pruning.old_log import checkpoint, in_force, seal, swept
from tests.web.conftest import desk

__all__ = ["desk"]


@pytest.fixture
def gone(acme, alice):
    """The id of an event that was removed; what is left is sealed."""
    first = leaves(acme)[0].id
    in_force(acme, alice)
    swept(acme)
    seal()
    return first


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_pages_say_so_and_one_that_is_gone_looks_as_if_it_never_was(desk, acme, dana, gone):
    size = checkpoint(acme, 2).size
    client = desk(dana)
    shown = text_of(client.get("/audit/"))
    assert f"the first {size} of the log were removed by retention" in shown
    assert f"the first {size} by retention" in text_of(client.get("/audit/log"))
    assert client.get(f"/audit/{gone}").status_code == 404
    taken = client.get("/audit/evidence")
    assert f"The {size} events before those were removed by retention" in text_of(taken)
    assert taken.context["screen"].extent.first == size
    past = {"begins": "2020-01-01", "ends": "2020-12-31"}
    assert "These events are kept no longer" in text_of(client.get("/audit/evidence", past))


def test_programs_are_told_how_many_and_where_a_pack_begins(acme, dana, gone):
    size = checkpoint(acme, 2).size
    door = door_of(dana)
    assert door.get("audit/log").json()["pruned"] == size
    extent = door.get("audit/evidence").json()
    assert (extent["first"], extent["pruned"]) == (size, size)
    problem_of(door.get("audit/evidence?to=2020-12-31T00:00:00Z"), 409, "events_pruned")
    problem_of(door.get(f"audit/events/{gone}"), 404, "not_found")
    problem_of(door.get(f"audit/events/{gone}/proof"), 404, "not_found")
    with tenant_scope(acme.id):
        pruned = AuditEvent.objects.get(kind="log.pruned")
    proof = door.get(f"audit/events/{pruned.id}/proof").json()
    assert '"action":"log.pruned"' in proof["entry"]


@pytest.mark.parametrize("form", ["jsonl", "csv", "ocsf"])
def test_an_export_holds_what_is_kept(acme, dana, gone, form):
    taken = door_of(dana).get(f"audit/events/export?format={form}")
    text = b"".join(taken.streaming_content).decode()
    assert str(gone) not in text
    assert "log.pruned" in text
