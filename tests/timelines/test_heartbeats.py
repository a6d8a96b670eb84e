"""Robo tells that its runs are alive, by what its spans call them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from audit.models import Run, Trace
from console.platform.clock import now
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import Machine, Person
from tests.ingest.messages import SECOND, a_span
from tests.timelines.conftest import Ingest

TRACE = b"\1" * 16
MINUTE = timedelta(minutes=1)
CASE = {"gen_ai.conversation.id": "case-7"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        yield traveller


def beat(robo: Machine, **name: str) -> dict[str, object]:
    answer = door_of(robo).post("runs/heartbeats", name)
    assert answer.status_code == 200, answer.content
    told: dict[str, object] = answer.json()
    return told


def the_run(tenant: Tenant) -> Run:
    with tenant_scope(tenant.id):
        return Run.objects.get()


def a_root(**fields: object):
    start = int(now().timestamp()) * SECOND
    given = {"trace_id": TRACE, "span_id": b"\2" * 8, "start": start} | fields
    return a_span("answer", **given)  # type: ignore[arg-type]


def test_a_run_kept_alive_by_heartbeats_is_not_stuck(
    acme: Tenant, robo: Machine, ingest: Ingest, clock
):
    ingest(a_root(seconds=0, attributes=CASE))
    for _ in range(5):
        clock.shift(9 * MINUTE)
        told = beat(robo, conversation="case-7")
    run = the_run(acme)
    assert (told["run_id"], told["state"]) == (str(run.id), "running")
    assert run.last_heartbeat == now()
    assert told["stuck_at"] == (now() + 10 * MINUTE).isoformat().replace("+00:00", "Z")
    clock.shift(10 * MINUTE)
    assert the_run(acme).status == "stuck"


@pytest.mark.parametrize("name", ["conversation", "session"])
def test_a_run_is_told_of_before_its_first_span(
    acme: Tenant, robo: Machine, ingest: Ingest, clock, name: str
):
    beat(robo, **{name: "case-7"})
    run = the_run(acme)
    assert (run.status, run.title, run.span_count) == ("running", f"{name} case-7", 0)
    clock.shift(MINUTE)
    attribute = {"conversation": "gen_ai.conversation.id", "session": "session.id"}[name]
    ingest(a_root(attributes={attribute: "case-7"}))
    assert the_run(acme).status == "finished"
    assert the_run(acme).id == run.id


def test_a_run_that_only_ever_beat_is_over_after_a_day(acme: Tenant, robo: Machine, clock):
    beat(robo, session="s-1")
    clock.shift(11 * MINUTE)
    assert the_run(acme).status == "stuck"
    clock.shift(timedelta(days=1))
    assert the_run(acme).status == "finished"


def test_a_finished_run_that_beats_is_at_work_again_for_a_while(
    acme: Tenant, robo: Machine, ingest: Ingest, clock
):
    ingest(a_root(attributes=CASE))
    clock.shift(MINUTE)
    assert beat(robo, conversation="case-7")["state"] == "running"
    clock.shift(10 * MINUTE)
    assert the_run(acme).status == "finished"


def test_a_heartbeat_of_a_trace_goes_to_the_run_that_it_lies_in(
    acme: Tenant, robo: Machine, ingest: Ingest, clock
):
    ingest(a_root(seconds=0, attributes=CASE))
    clock.shift(9 * MINUTE)
    told = beat(robo, trace_id=TRACE.hex())
    assert told["run_id"] == str(the_run(acme).id)
    assert the_run(acme).last_heartbeat == now()


def test_a_trace_told_of_before_its_first_span_joins_its_conversation_and_leaves_no_ghost(
    acme: Tenant, robo: Machine, ingest: Ingest, clock
):
    beat(robo, trace_id=TRACE.hex())
    assert the_run(acme).title == f"trace {TRACE.hex()}"
    beaten = now()
    clock.shift(MINUTE)
    ingest(a_root(seconds=0, attributes=CASE))
    run = the_run(acme)
    assert (run.key, run.span_count, run.open_traces) == ("case-7", 1, 0)
    with tenant_scope(acme.id):
        trace = Trace.objects.get()
    assert (trace.run_id, trace.has_spans) == (run.id, True)
    assert trace.heartbeat_at is not None
    assert trace.heartbeat_at > beaten


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, {"body": "one_run"}),
        ({"conversation": "a", "session": "b"}, {"body": "one_run"}),
        ({"trace_id": "0" * 32}, {"trace_id": "invalid_trace_id"}),
        ({"conversation": ""}, {"conversation": "blank"}),
        ({"conversation": "x" * 257}, {"conversation": "too_long"}),
        ({"run": "x"}, {"run": "unknown_field"}),
    ],
)
def test_a_heartbeat_names_its_run_once(
    acme: Tenant, robo: Machine, body: dict[str, str], codes: dict[str, str]
):
    answer = door_of(robo).post("runs/heartbeats", body)
    assert field_codes(problem_of(answer, 422, "invalid")) == codes
    with tenant_scope(acme.id):
        assert not Run.objects.exists()


def test_who_may_not_send_traces_may_not_beat(acme: Tenant, carol: Person):
    answer = door_of(carol).post("runs/heartbeats", {"session": "s"})
    problem_of(answer, 403, "not_permitted")
    with tenant_scope(acme.id):
        assert not Run.objects.exists()


def test_another_tenants_run_of_the_same_name_hears_nothing(
    acme: Tenant, globex: Tenant, robo: Machine, ingest: Ingest
):
    ingest(a_root(attributes=CASE))
    beat(robo, conversation="case-7")
    with tenant_scope(globex.id):
        assert not Run.objects.exists()
