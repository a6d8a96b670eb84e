"""A run is running, waiting, stuck, failed or finished: by what it sent, and by how long ago."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.ingest.receive import receive_protobuf
from audit.models import Run, RunStatus
from audit.models.run_state import in_status
from audit.run_sweep import give_up_roots
from console.platform.clock import now
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, protobuf_body

pytestmark = pytest.mark.django_db

CASE = {"gen_ai.conversation.id": "case-7"}
TRACE, ROOT = b"\1" * 16, b"\2" * 8
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        yield traveller


def ingest(tenant: Tenant, *spans: Message) -> None:
    receive_protobuf(tenant.id, protobuf_body(*spans))


def ns(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND


def a_step(name: str = "step", *, seconds: float = 1, said: object = None, **fields: object):
    """Of the conversation, below a root; begun now and, unless told, ended a second later."""
    attributes = CASE | (said if isinstance(said, dict) else {})
    given = {"trace_id": TRACE, "parent": ROOT, "start": ns(now())} | fields
    return a_span(name, seconds=seconds, attributes=attributes, **given)


def a_root(*, seconds: float = 1, **fields: object):
    return a_step("root", seconds=seconds, parent=b"", span_id=ROOT, **fields)


def the_run(tenant: Tenant) -> Run:
    """As it is read, with its one state; a filter on states finds it by no other."""
    with tenant_scope(tenant.id):
        run = Run.objects.get()
        found = [status for status in RunStatus if Run.objects.filter(in_status(status, now()))]
        assert found == [run.status]
        return run


def test_a_run_is_running_while_a_step_of_it_is_open(acme: Tenant, clock):
    ingest(acme, a_root(seconds=0))
    assert the_run(acme).status == "running"
    ingest(acme, a_root())
    assert the_run(acme).status == "finished"


def test_a_run_whose_last_root_failed_has_failed(acme: Tenant, clock):
    ingest(acme, a_root(status=Status(code=2)))
    assert the_run(acme).status == "failed"
    clock.shift(MINUTE)
    ingest(acme, a_root(trace_id=b"\3" * 16))
    assert the_run(acme).status == "finished"


def test_a_run_silent_for_ten_minutes_with_a_step_open_is_stuck_until_it_is_heard_of(
    acme: Tenant, clock
):
    ingest(acme, a_root(seconds=0))
    clock.shift(10 * MINUTE - timedelta(seconds=1))
    assert the_run(acme).status == "running"
    clock.shift(timedelta(seconds=1))
    assert the_run(acme).status == "stuck"
    ingest(acme, a_step())
    assert the_run(acme).status == "running"
    clock.shift(30 * DAY)
    assert the_run(acme).status == "stuck"


def test_a_run_that_is_always_slow_is_stuck_later(acme: Tenant, clock):
    """Thrice the median of 60, 60 and 600 minutes, whichever order they arrive in."""
    steps = []
    for gap in (0, 60, 600, 60):
        clock.shift(gap * MINUTE)
        steps.append(a_step())
    ingest(acme, steps[2], steps[0])
    ingest(acme, steps[3])
    ingest(acme, steps[1], a_root(seconds=0))
    clock.shift(180 * MINUTE - timedelta(seconds=1))
    assert the_run(acme).patience == 180 * MINUTE
    assert the_run(acme).status == "running"
    clock.shift(2 * MINUTE)
    assert the_run(acme).status == "stuck"


def test_only_the_latest_minutes_tell_how_slow_a_run_is(acme: Tenant, clock):
    for gap in [120] * 20 + [1] * 15:
        clock.shift(gap * MINUTE)
        ingest(acme, a_step())
    assert len(the_run(acme).pulse) == 16
    assert the_run(acme).patience == 10 * MINUTE


def test_a_run_whose_root_is_missing_is_running_then_stuck_and_after_a_day_over(
    acme: Tenant, clock
):
    ingest(acme, a_step(seconds=5))
    assert the_run(acme).status == "running"
    clock.shift(11 * MINUTE)
    assert the_run(acme).status == "stuck"
    clock.shift(DAY)
    over = the_run(acme)
    assert (over.status, over.lacks_root) == ("finished", True)


def test_a_root_that_comes_late_ends_its_run_as_it_ended(acme: Tenant, clock):
    ingest(acme, a_step())
    clock.shift(2 * DAY)
    with tenant_scope(acme.id):
        assert give_up_roots() == 1
    ingest(acme, a_root(status=Status(code=2)))
    late = the_run(acme)
    assert (late.status, late.lacks_root, late.root_given_up) == ("failed", False, False)


def test_the_sweep_closes_what_pages_show_closed_already_and_nothing_else(acme: Tenant, clock):
    ingest(acme, a_step())
    ingest(acme, a_span("open", seconds=0, start=ns(now())))
    with tenant_scope(acme.id):
        assert give_up_roots() == 0
    clock.shift(DAY + MINUTE)
    with tenant_scope(acme.id):
        before = dict(Run.objects.values_list("id", "status"))
        assert sorted(before.values()) == ["finished", "stuck"]
        assert give_up_roots() == 1
        assert give_up_roots() == 0
        assert dict(Run.objects.values_list("id", "status")) == before
        assert set(Run.objects.values_list("phase", flat=True)) == {"finished", "open"}


def test_a_run_given_up_is_alive_again_with_its_next_step(acme: Tenant, clock):
    ingest(acme, a_step())
    clock.shift(2 * DAY)
    with tenant_scope(acme.id):
        give_up_roots()
    ingest(acme, a_step())
    assert the_run(acme).status == "running"


APPROVAL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "ask_human"}


def test_a_run_waits_while_an_approval_is_open_and_is_never_stuck_meanwhile(acme: Tenant, clock):
    began = ns(now())
    ingest(acme, a_root(seconds=0), a_step(seconds=0, said=APPROVAL, span_id=b"\7" * 8))
    assert the_run(acme).status == "waiting"
    clock.shift(3 * DAY)
    assert the_run(acme).status == "waiting"
    approved = a_step(seconds=3 * 86_400, start=began, said=APPROVAL, span_id=b"\7" * 8)
    ingest(acme, approved)
    run = the_run(acme)
    assert (run.status, run.approvals, run.open_approvals) == ("running", 1, 0)
    ingest(acme, a_root(seconds=3 * 86_400 + 5, start=began))
    assert the_run(acme).status == "finished"


def test_an_approval_that_arrives_when_it_is_over_leaves_nobody_waiting(acme: Tenant, clock):
    ingest(acme, a_root(), a_step(said=APPROVAL))
    run = the_run(acme)
    assert (run.status, run.approvals) == ("finished", 1)


def test_a_graph_that_was_interrupted_waits_until_it_goes_on(acme: Tenant, clock):
    """LangGraph ends every step of the trace; what the person says begins another."""
    asks = a_step(seconds=2, said={"error.type": "langgraph.errors.GraphInterrupt"})
    ingest(acme, a_root(seconds=3), asks)
    clock.shift(DAY)
    assert the_run(acme).status == "waiting"
    ingest(acme, a_root(trace_id=b"\3" * 16, seconds=4))
    assert the_run(acme).status == "finished"


@pytest.mark.parametrize("name", ["mnemoscope.run.waiting", "interrupt", "langgraph.interrupt"])
def test_an_event_says_that_a_run_waits(acme: Tenant, clock, name: str):
    event = Message.Event(name=name, time_unix_nano=ns(now()) + SECOND)
    clock.shift(timedelta(seconds=2))
    ingest(acme, a_root(start=ns(now() - MINUTE), seconds=59, events=[event]))
    assert the_run(acme).status == "waiting"
    clock.shift(MINUTE)
    ingest(acme, a_step())
    assert the_run(acme).status == "finished"


def test_an_attribute_says_that_a_step_is_a_wait(acme: Tenant, clock):
    began, waits = ns(now()), {"mnemoscope.run.waiting": True}
    ingest(acme, a_root(seconds=0), a_step(seconds=0, said=waits, span_id=b"\7" * 8))
    assert the_run(acme).status == "waiting"
    clock.shift(MINUTE)
    ingest(acme, a_step(seconds=60, start=began, said=waits, span_id=b"\7" * 8))
    assert the_run(acme).status == "running"


def test_a_span_sent_again_while_it_runs_is_a_sign_of_life(acme: Tenant, clock):
    open_root = a_root(seconds=0)
    ingest(acme, open_root)
    for _ in range(3):
        clock.shift(9 * MINUTE)
        ingest(acme, open_root)
    run = the_run(acme)
    assert (run.status, run.span_count, run.last_heartbeat) == ("running", 1, now())
    clock.shift(10 * MINUTE)
    assert the_run(acme).status == "stuck"


def test_spans_and_events_called_heartbeat_are_signs_of_life(acme: Tenant, clock):
    open_root = a_root(seconds=0)
    ingest(acme, open_root)
    clock.shift(8 * MINUTE)
    ingest(acme, a_step("agent.heartbeat", seconds=1, start=ns(now()) - SECOND))
    assert the_run(acme).last_heartbeat == now()
    clock.shift(8 * MINUTE)
    event = Message.Event(name="heartbeat", time_unix_nano=ns(now()))
    ingest(acme, a_step(start=ns(now()) - 60 * SECOND, events=[event]))
    assert the_run(acme).last_heartbeat == now()
    assert the_run(acme).status == "running"


def test_a_heartbeat_from_a_clock_that_is_ahead_counts_as_of_its_arrival(acme: Tenant, clock):
    event = Message.Event(name="heartbeat", time_unix_nano=ns(now() + 400 * DAY))
    ingest(acme, a_root(seconds=0, events=[event]))
    clock.shift(11 * MINUTE)
    assert the_run(acme).status == "stuck"


def test_a_run_over_days_is_one_run_with_all_its_traces(acme: Tenant, clock):
    began = now()
    for day in range(4):
        ingest(acme, a_root(trace_id=bytes([day + 1]) * 16, seconds=60))
        clock.shift(DAY)
    run = the_run(acme)
    assert (run.span_count, run.status) == (4, "finished")
    assert run.last_seen - run.first_seen == 3 * DAY + MINUTE
    assert run.first_seen == began
