"""The pages that say whether every change has its event."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Reconciliation
from audit.trail import append
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.cast import a_memory

FINDING = {
    "missing": "event",
    "xid": 7,
    "at": "2026-11-22T00:00:00+00:00",
    "object_kind": "memory",
    "object_id": None,
    "table": "memory_memory",
    "row": "01a20094-51bf-7191-9b3b-52edef92d639",
    "operation": "U",
    "event": "",
    "kind": "",
}


def a_run(tenant, **found):
    with tenant_scope(tenant.id):
        findings = found.pop("findings", [])
        run = Reconciliation.objects.create(
            started_at=now(),
            from_xid=1,
            through_xid=9,
            rows=1_200,
            events=300,
            findings=findings,
            **{"untold": 0, "unmatched": 0, "doubled": 0} | found,
        )
        kind = "audit.incomplete" if run.orphans else "audit.reconciled"
        actor = system_actor(tenant.id, "reconcile_audit")
        append(kind=kind, actor=actor, object_kind="reconciliation", object_id=run.id)
    return run


def test_dana_sees_what_was_compared_and_what_did_not_match(desk, acme, dana, robo):
    memory = a_memory(robo)
    client = desk(dana)
    assert "Not compared yet" in client.get("/audit/completeness").content.decode()
    sound = a_run(acme)
    found = FINDING | {"object_id": str(memory.id)}
    broken = a_run(acme, untold=3, findings=[found])
    page = client.get("/audit/completeness").content.decode()
    assert page.count("all match") == 1
    assert "3 do not match" in page
    page = client.get(f"/audit/completeness/{broken.id}").content.decode()
    assert "Changed, and no event tells of it" in page
    assert f'href="/memories/{memory.id}"' in page
    assert "And 2 more" in page
    page = client.get(f"/audit/completeness/{sound.id}").content.decode()
    assert "Every change in this time has its event" in page
    notices = client.get("/notices/").content.decode()
    assert f"/audit/completeness/{broken.id}" in notices
    assert f"/audit/completeness/{sound.id}" not in notices


def test_dana_compares_now(desk, acme, dana):
    answer = desk(dana).post("/audit/completeness/run")
    with tenant_scope(acme.id):
        run = Reconciliation.objects.get()
    assert answer.url == f"/audit/completeness/{run.id}"


def test_who_may_not_read_the_trail_sees_none_of_it(desk, acme, carol, mallory):
    run = a_run(acme)
    for method, path in (
        ("get", "/audit/completeness"),
        ("get", f"/audit/completeness/{run.id}"),
        ("post", "/audit/completeness/run"),
    ):
        assert getattr(desk(carol), method)(path).status_code == 404
    assert desk(mallory).get(f"/audit/completeness/{run.id}").status_code == 404
    with tenant_scope(acme.id):
        assert Reconciliation.objects.count() == 1


def test_the_list_asks_no_more_for_more_runs(desk, acme, dana, django_assert_num_queries):
    client = desk(dana)
    a_run(acme)
    with CaptureQueriesContext(connection) as few:
        client.get("/audit/completeness")
    for _ in range(20):
        a_run(acme)
    with django_assert_num_queries(len(few)):
        client.get("/audit/completeness")


def test_the_api_tells_the_same(acme, dana, carol, client):
    run = a_run(acme, untold=1, findings=[FINDING])
    asked = {"headers": {"Authorization": f"Bearer {dana.key}"}}
    [answer] = client.get("/api/v1/audit/reconciliations", **asked).json()["results"]
    assert answer["id"] == str(run.id)
    assert answer["untold"] == 1
    assert answer["findings"][0]["table"] == "memory_memory"
    refused = client.get(
        "/api/v1/audit/reconciliations", headers={"Authorization": f"Bearer {carol.key}"}
    )
    assert refused.status_code == 403
