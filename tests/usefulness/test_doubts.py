"""Memories that nobody uses, or that go with failure, come up for review: bounded, and once."""

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command

from audit.models import AuditEvent, RunResult
from audit.outcomes import run_of_trace
from audit.provenance import Access, AccessKind, record_accesses
from audit.usefulness import use_of
from console.accounts.actor import system_actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory import usefulness
from memory.actions import raise_doubts, report_outcome
from memory.models import Memory, ReviewItem
from memory.usefulness import doubts, lower_bound
from tests.api.door import door_of
from tests.cast import a_memory, an_agent
from tests.ingest.messages import a_span


@pytest.fixture
def in_a_month():
    """The sweep comes by when what was written today is old enough to be asked about."""
    return now() + timedelta(days=usefulness.UNUSED_DAYS + 1)


def swept(tenant, at):
    with tenant_scope(tenant.id):
        actor = system_actor(tenant.id, "sweep")
        return raise_doubts(actor=actor, doubts=doubts(at=at)).changed


def a_judged_run(machine, memory, result, *, score=None):
    """A run that recalled the memory, and how it went."""
    trace_id = uuid4().bytes
    with tenant_scope(machine.actor.tenant_id):
        record_accesses(
            [
                Access(
                    memory_id=str(memory.id),
                    access=AccessKind.READ,
                    version=1,
                    rank=1,
                    trace_id=trace_id,
                    agent=machine.actor.label,
                )
            ]
        )
        run = run_of_trace(trace_id)
        report_outcome(actor=machine.actor, run=run, result=result, score=score)


def test_a_memory_nobody_recalled_in_a_month_is_asked_about_once(acme, robo, in_a_month):
    memory = a_memory(robo, "The customer likes tea.")
    assert swept(acme, now()) == []
    [review] = swept(acme, in_a_month)
    assert (review.memory_id, review.kind) == (memory.id, "unused")
    assert swept(acme, in_a_month) == []
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="review.opened")
        assert event.payload["reasons"] == ["unused"]
        assert Memory.objects.get(id=memory.id).state == "active"


def test_a_recalled_one_and_one_that_ends_soon_are_not_asked_about(acme, robo, in_a_month):
    a_memory(robo, "The customer likes tea.")
    door_of(robo).post("recall", {"query": "What does the customer like?"})
    ends = in_a_month + timedelta(days=3)
    a_memory(robo, "The sale lasts until Friday.", expires_at=ends)
    assert swept(acme, in_a_month) == []


def test_a_day_raises_no_more_than_people_can_look_at(acme, robo, monkeypatch):
    monkeypatch.setattr(usefulness, "MOST_A_DAY", 2)
    monkeypatch.setattr(usefulness, "UNUSED_DAYS", 0)
    for number in range(3):
        a_memory(robo, f"Customer {number} likes tea.")
    assert len(swept(acme, now())) == 2
    assert swept(acme, now()) == []
    assert len(swept(acme, now() + timedelta(days=1, minutes=1))) == 1


def test_what_goes_with_failure_comes_first_and_needs_evidence(acme, robo):
    harmful = a_memory(robo, "Refunds need no receipt.")
    useful = a_memory(robo, "Refunds take three days.")
    for _ in range(usefulness.EVIDENCE - 1):
        a_judged_run(robo, harmful, RunResult.FAILURE)
    for _ in range(8):
        a_judged_run(robo, useful, RunResult.SUCCESS)
    assert swept(acme, now()) == []
    a_judged_run(robo, harmful, RunResult.FAILURE)
    [review] = swept(acme, now())
    assert (review.memory_id, review.kind) == (harmful.id, "harmful")
    assert review.reasons[0]["detail"] == "5 of 5 runs that used it failed."
    assert review.risk == pytest.approx(lower_bound(5, 5))


def test_where_most_runs_fail_anyway_no_memory_is_blamed(acme, robo):
    common = a_memory(robo, "Greet the customer.")
    for _ in range(20):
        a_judged_run(robo, common, RunResult.FAILURE)
    assert swept(acme, now()) == []


@pytest.mark.parametrize(
    ("failures", "runs", "bound"), [(5, 5, 0.5655), (4, 5, 0.3755), (50, 100, 0.4038)]
)
def test_the_lower_bound_is_wilsons(failures, runs, bound):
    assert lower_bound(failures, runs) == pytest.approx(bound, abs=1e-4)


def test_the_use_of_a_memory_is_told_by_runs_and_how_they_went(acme, robo, rookie):
    memory = a_memory(robo, "Refunds take three days.")
    a_judged_run(robo, memory, RunResult.SUCCESS)
    a_judged_run(rookie, memory, RunResult.FAILURE)
    with tenant_scope(acme.id):
        [use] = use_of([str(memory.id)]).values()
    assert (use.recalls, use.agents, use.runs, use.successes, use.failures) == (2, 2, 2, 1, 1)


def test_reports_are_found_by_conversation_and_trace_before_and_after_spans_arrive(
    acme, robo, bob, ingest
):
    memory = a_memory(robo, "Refunds take three days.")
    door = door_of(robo)
    traces = [bytes([number]) * 16 for number in (1, 2, 3)]
    for trace in traces:
        parent = f"00-{trace.hex()}-00f067aa0ba902b7-01"
        door.post("recall", {"query": "How long do refunds take?"}, traceparent=parent)
    # Two traces of one conversation, reported by its name; the third never arrives.
    for trace in traces[:2]:
        ingest(a_span("s", trace_id=trace, attributes={"gen_ai.conversation.id": "case-1"}))
    door.post("outcomes", {"result": "failure", "conversation": "case-1", "score": 0.2})
    door.post("outcomes", {"result": "success", "trace_id": traces[2].hex(), "score": 0.8})
    # Of another run, which never recalled it.
    door.post("outcomes", {"result": "failure", "conversation": "case-2", "score": 0.0})

    def told():
        use = door_of(bob).get(f"memories/{memory.id}").json()["use"]
        assert use.pop("last_at")
        return use

    judged = {"recalls": 3, "agents": 1, "runs": 2, "successes": 1, "failures": 1, "score": 0.5}
    assert told() == judged
    door_of(bob).post("outcomes", {"result": "success", "trace_id": traces[0].hex(), "score": 1.0})
    assert told() == judged | {"successes": 2, "failures": 0, "score": 0.9}


def test_what_came_of_a_memory_is_for_those_who_may_read_traces(acme, robo):
    blind = an_agent(acme, "blind", scopes=frozenset({Permission.MEMORY_READ}))
    memory = a_memory(robo)
    assert door_of(blind).get(f"memories/{memory.id}").json()["use"] is None


def test_the_page_says_what_came_of_it(acme, robo, carol, bob, desk):
    memory = a_memory(robo, "Refunds take three days.")
    page = desk(carol).get(f"/memories/{memory.id}").content.decode()
    assert "nobody has reported" in page
    a_judged_run(robo, memory, RunResult.FAILURE, score=0.25)
    change = {"content": "Refunds take five days.", "expected_version": 1}
    assert door_of(bob).patch(f"memories/{memory.id}", change).status_code == 200
    text = " ".join(desk(carol).get(f"/memories/{memory.id}").content.decode().split())
    assert '<span class="num">0, 1</span>' in text
    assert '<dd class="num">0.25</dd>' in text
    assert '<span class="num">1</span> of <span class="num">2</span> versions' in text


def test_a_reviewer_keeps_it_and_is_not_asked_again_for_a_while(acme, robo, bob, in_a_month):
    memory = a_memory(robo, "The customer likes tea.")
    [review] = swept(acme, in_a_month)
    decision = {"decision": "approve", "reason": "accurate"}
    assert door_of(bob).post(f"reviews/{review.id}/decide", decision).status_code == 200
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).version == 1
    assert swept(acme, in_a_month) == []


def test_keeping_it_keeps_what_was_written_since(acme, robo, bob, in_a_month):
    memory = a_memory(robo, "The customer likes tea.")
    [review] = swept(acme, in_a_month)
    change = {"content": "The customer likes green tea.", "expected_version": 1}
    door_of(robo).patch(f"memories/{memory.id}", change)
    door_of(bob).post(f"reviews/{review.id}/decide", {"decision": "approve", "reason": "accurate"})
    assert door_of(bob).get(f"memories/{memory.id}").json()["version"] == 2


@pytest.mark.parametrize(("decision", "state"), [("expire", "expired"), ("reject", "rejected")])
def test_what_is_not_worth_keeping_ends(acme, robo, bob, in_a_month, desk, decision, state):
    memory = a_memory(robo, "The customer likes tea.")
    [review] = swept(acme, in_a_month)
    page = desk(bob).get(f"/review/{review.id}").content.decode()
    assert "Unused fact" in page
    assert "What came of it" in page
    ending = {"decision": decision, "reason": "other"}
    assert door_of(bob).post(f"reviews/{review.id}/decide", ending).status_code == 200
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).state == state
        assert not ReviewItem.objects.filter(status="open").exists()


def test_the_command_tells_what_it_would_raise(acme, globex, robo, monkeypatch):
    memory = a_memory(robo, "The customer likes tea.")
    monkeypatch.setattr(usefulness, "UNUSED_DAYS", 0)
    out = StringIO()
    call_command("raise_doubts", "--tenant", "acme", "--dry-run", "--json", stdout=out)
    [told] = json.loads(out.getvalue())["tenants"]
    assert [doubt["memory"] for doubt in told["memories"]] == [str(memory.id)]
    with tenant_scope(acme.id):
        assert not ReviewItem.objects.exists()
    out = StringIO()
    call_command("raise_doubts", stdout=out)
    assert out.getvalue().splitlines() == ["acme: 1 doubted.", "globex: 0 doubted."]
