"""A part of the trail taken away by a person."""

import pytest
from django.test import Client

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from tests.cast import a_memory


@pytest.fixture
def written(robo):
    return a_memory(robo)


def exports(acme):
    with tenant_scope(acme.id):
        return list(AuditEvent.objects.filter(kind="audit.exported"))


def test_dana_takes_what_her_filters_find_and_that_is_on_record(desk, acme, dana, written):
    client, query = desk(dana), "?kind=memory.written&actor=robo"
    assert (
        'href="/audit/export?kind=memory.written&amp;actor=robo"'
        in client.get(f"/audit/{query}").content.decode()
    )
    page = client.get(f"/audit/export{query}").content.decode()
    assert "memory.written" in page
    response = client.post(f"/audit/export{query}", {"form": "csv"})
    assert response["Content-Disposition"].endswith('.csv"')
    head, *lines = response.getvalue().decode().splitlines()
    assert head.startswith("id,at,kind")
    assert [line.split(",")[2] for line in lines] == ["memory.written"]
    [event] = exports(acme)
    assert (event.actor_id, event.object_kind) == (dana.actor.id, "audit_export")
    assert event.payload == {
        "form": "csv",
        "filters": {"kind": ["memory.written"], "actor": "…"},
        "events": 1,
    }


@pytest.mark.parametrize(
    ("query", "form"), [("?kind=memory.written", "pdf"), ("?object=7", "csv"), ("", "")]
)
def test_what_does_not_hold_exports_nothing(desk, acme, dana, written, query, form):
    assert desk(dana).post(f"/audit/export{query}", {"form": form}).status_code == 422
    assert exports(acme) == []


def test_whoever_exports_proves_first_who_they_are(acme, dana, written):
    client = Client()
    client.force_login(dana.user)
    response = client.post("/audit/export", {"form": "csv"})
    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]
    assert exports(acme) == []


def test_nobody_else_takes_a_line_of_it(desk, acme, carol, mallory, written):
    assert desk(carol).post("/audit/export", {"form": "csv"}).status_code == 404
    theirs = desk(mallory).post("/audit/export", {"form": "jsonl"}).getvalue().decode()
    assert "memory.written" not in theirs
    assert exports(acme) == []
