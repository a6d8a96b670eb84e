"""Runs and their spans over REST: whole pages, in order, for those who may see them."""

from base64 import urlsafe_b64encode
from struct import pack
from uuid import uuid4

import pytest

from audit.models import Run
from audit.provenance import Access, AccessKind, record_accesses
from console.accounts.permissions import Permission
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.api.door import Door, door_of, field_codes, problem_of
from tests.cast import Machine, Person, an_agent
from tests.ingest.messages import SECOND, a_span, moment_ns
from tests.timelines.conftest import Ingest

TRACE, ROOT = b"\1" * 16, b"\2" * 8


def every_page(door: Door, path: str, limit: int) -> list[dict[str, object]]:
    found, cursor = [], ""
    while cursor is not None:
        page = door.get(f"{path}?limit={limit}{cursor and f'&cursor={cursor}'}").json()
        assert len(page["results"]) <= limit
        found += page["results"]
        cursor = page["next_cursor"]
    return found


def run_id_of(tenant: Tenant) -> str:
    with tenant_scope(tenant.id):
        return str(Run.objects.get().id)


def test_runs_come_latest_first_page_by_page_and_each_once(carol: Person, seven_runs: None):
    runs = every_page(door_of(carol), "runs", 3)
    assert [run["name"] for run in runs] == [f"run-{number}" for number in range(6, -1, -1)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=failed", ["run-3"]),
        ("errors=some", ["run-3"]),
        ("errors=none&agent=clerk", ["run-5", "run-1"]),
        ("memory=m1", ["run-5"]),
        ("q=case-2", ["run-2"]),
    ],
)
def test_a_filter_narrows_the_list(carol: Person, seven_runs: None, query: str, names: list[str]):
    answer = door_of(carol).get(f"runs?{query}").json()
    assert [run["name"] for run in answer["results"]] == names


def test_a_run_says_what_it_did_and_is_open_until_it_ends(
    acme: Tenant, carol: Person, ingest: Ingest
):
    start = moment_ns()
    root = {"trace_id": TRACE, "span_id": ROOT, "start": start}
    agent = {"gen_ai.agent.name": "clerk", "gen_ai.conversation.id": "case-7"}
    ingest(a_span("answer", seconds=0, attributes=agent, **root))
    path = f"runs/{run_id_of(acme)}"
    assert (door_of(carol).get(path).json()["state"]) == "running"
    assert door_of(carol).get(path).json()["ended_at"] is None
    ingest(a_span("answer", seconds=5, attributes=agent, **root))
    ended = door_of(carol).get(path).json()
    assert ended["ended_at"] == ended["last_seen_at"]
    shown = {key: ended[key] for key in ("state", "agent", "stitched_by", "key", "spans", "errors")}
    assert shown == {
        "state": "finished",
        "agent": "clerk",
        "stitched_by": "conversation",
        "key": "case-7",
        "spans": 1,
        "errors": 0,
    }


def test_spans_come_in_the_order_they_started_with_the_memories_they_touched(
    acme: Tenant, carol: Person, ingest: Ingest
):
    start = moment_ns()
    with tenant_scope(acme.id):
        touch = Access(
            memory_id="m1", access=AccessKind.READ, version=2, trace_id=TRACE, span_id=ROOT
        )
        record_accesses([touch])
    ingest(
        a_span("first", trace_id=TRACE, span_id=ROOT, start=start),
        # Within one microsecond, and two at one nanosecond: ids then decide, and none is lost.
        *(
            a_span(f"n{n}", trace_id=TRACE, parent=ROOT, start=start + 10 + n // 2)
            for n in range(9)
        ),
        a_span("last", trace_id=TRACE, parent=ROOT, start=start + SECOND),
    )
    spans = every_page(door_of(carol), f"runs/{run_id_of(acme)}/spans", 2)
    assert len({span["span_id"] for span in spans}) == len(spans) == 11
    assert [spans[0]["name"], spans[-1]["name"]] == ["first", "last"]
    assert spans[0]["memories"] == [
        {
            "memory_id": "m1",
            "access": "read",
            "said_by": "api",
            "version": 2,
            "rank": None,
            "score": None,
            "store": None,
            "purpose": None,
        }
    ]
    assert spans[1]["parent_span_id"] == ROOT.hex()
    assert all(span["memories"] == [] for span in spans[1:])


def test_another_tenants_run_looks_like_an_unknown_one(
    acme: Tenant, mallory: Person, ingest: Ingest
):
    ingest(a_span())
    door = door_of(mallory)
    for path in (f"runs/{run_id_of(acme)}", f"runs/{uuid4()}", "runs/nonsense"):
        theirs = problem_of(door.get(path), 404, "not_found")
        assert theirs["detail"] == problem_of(door.get(f"{path}/spans"), 404, "not_found")["detail"]
    assert door.get("runs").json()["results"] == []


def test_a_key_that_may_not_read_traces_is_refused(acme: Tenant, robo: Machine, seven_runs: None):
    sender = an_agent(acme, "sender", scopes=frozenset({Permission.TRACES_INGEST}))
    for path in ("runs", f"runs/{uuid4()}", f"runs/{uuid4()}/spans"):
        problem_of(door_of(sender).get(path), 403, "not_permitted")
    assert door_of(robo).get("runs").status_code == 200


@pytest.mark.parametrize("query", ["state=lost", "since=yesterday", "limit=0", "colour=red"])
def test_a_filter_that_makes_no_sense_is_named(carol: Person, query: str):
    problem = door_of(carol).get(f"runs?{query}").json()
    assert problem["status"] == 422
    assert set(field_codes(problem)) == {query.partition("=")[0]}


@pytest.mark.parametrize("microseconds", [-(2**63), 2**63 - 1])
def test_a_forged_cursor_is_only_another_place_in_the_list(
    carol: Person, seven_runs: None, microseconds: int
):
    forged = urlsafe_b64encode(pack(">q16s", microseconds, b"\0" * 16)).decode().rstrip("=")
    answer = door_of(carol).get(f"runs?cursor={forged}")
    assert answer.status_code == 200
    assert len(answer.json()["results"]) in {0, 7}
    assert door_of(carol).get("runs?cursor=nonsense").status_code == 422
