"""What is told and counted of spans elsewhere follows when they are read anew."""

import pytest
from django.forms.models import model_to_dict

from audit.actions import begin_replay
from audit.dialects.dialect import Concept, Op
from audit.dialects.index import Rule
from audit.ingest.receive import receive_protobuf
from audit.models import AccessSource, AgentMinute, MemoryAccess, Run, RunFacet, Span, Trace
from audit.provenance import Access, AccessKind, record_accesses
from audit.tasks import replay_traces_in
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body
from tests.rules.test_mapping import set_mapping
from tests.rules.test_prices import OURS, set_prices

ONE, OTHER = b"\1" * 16, b"\2" * 16
KINDS = Rule("acme.step", kinds={"llm": Op.MODEL, "recall": Op.MEMORY_READ, "ask": Op.TOOL})
RULES = (
    KINDS,
    Rule("acme.who", Concept.AGENT),
    Rule("acme.in", Concept.INPUT_TOKENS),
    Rule("acme.model", Concept.MODEL),
    Rule("acme.case", Concept.CONVERSATION),
    Rule("acme.found", Concept.MEMORY_RECORD),
)
START = moment_ns() // (60 * SECOND) * 60 * SECOND


def steps():
    """Two traces of one case, in words of acme's own."""
    root = {"acme.who": "clerk", "acme.case": "case-7"}
    call = {"acme.step": "llm", "acme.model": "house-7b", "acme.in": 2_000_000, "acme.who": "clerk"}
    recall = {"acme.step": "recall", "acme.found": "m1", "acme.who": "clerk"}
    ask = {"acme.step": "ask"}
    of_root, of_other = {"trace_id": ONE, "start": START}, {"trace_id": OTHER, "start": START}
    return (
        a_span("root", span_id=b"\1" * 8, attributes=root, **of_root),
        a_span("call", span_id=b"\2" * 8, parent=b"\1" * 8, attributes=call, **of_root),
        a_span("look", span_id=b"\3" * 8, parent=b"\1" * 8, attributes=recall, **of_root),
        a_span("root", span_id=b"\4" * 8, attributes=root, **of_other),
        a_span("ask", span_id=b"\5" * 8, parent=b"\4" * 8, attributes=ask, **of_other),
    )


def arrive(tenant):
    receive_protobuf(tenant.id, protobuf_body(*steps()))


def replay(person):
    tenant_id = person.actor.tenant_id
    with tenant_scope(tenant_id):
        begun = begin_replay(actor=person.actor)
    replay_traces_in(tenant_id=str(tenant_id))
    with tenant_scope(tenant_id):
        begun.refresh_from_db()
        return begun


def told(tenant):
    """All that is told of spans, but for ids and moments that no reader is shown."""
    with tenant_scope(tenant.id):
        skipped = {"recounted_at"}
        runs = [
            {name: value for name, value in model_to_dict(run).items() if name not in skipped}
            for run in Run.objects.order_by("key")
        ]
        return {
            "runs": [run | {"id": None} for run in runs],
            "facets": sorted(RunFacet.objects.values_list("kind", "value")),
            "minutes": sorted(
                AgentMinute.objects.values_list(
                    *("agent", "op", "tool", "span_count", "error_count", "input_tokens"),
                    *("cost_nanos", "memory_reads", "duration_us"),
                )
            ),
            "accesses": sorted(
                MemoryAccess.objects.values_list("memory_id", "access", "source", "agent")
            ),
            "traces": sorted(Trace.objects.values_list("stitched_by", "has_root")),
            "spans": sorted(
                Span.objects.values_list(
                    *("name", "op", "agent", "tool", "model", "conversation", "input_tokens"),
                    *("cost_nanos", "cost_source", "memory_count", "mapping_version"),
                ),
                key=str,
            ),
        }


def test_a_replay_comes_to_what_would_have_been_had_the_rules_stood_before(
    acme, globex, alice, mallory
):
    """globex set its rules first; acme's spans were there before acme's rules."""
    set_mapping(mallory, *RULES)
    set_prices(mallory, OURS)
    arrive(globex)
    arrive(acme)
    with tenant_scope(acme.id):
        assert Run.objects.count() == 2
        assert not MemoryAccess.objects.exists()
    set_mapping(alice, *RULES)
    set_prices(alice, OURS)
    assert replay(alice).changed == 5
    ours, theirs = told(acme), told(globex)
    for part in theirs:
        assert ours[part] == theirs[part], part
    [run] = ours["runs"]
    assert (run["key"], run["agent"], run["input_tokens"]) == ("case-7", "clerk", 2_000_000)
    assert (run["cost_nanos"], run["memory_reads"], run["tool_calls"]) == (2 * 10**9, 1, 1)
    assert ours["accesses"] == [("m1", "read", "span", "clerk")]


def test_a_second_replay_changes_nothing_of_all_that(acme, alice):
    arrive(acme)
    set_mapping(alice, *RULES)
    replay(alice)
    before = told(acme)
    assert replay(alice).changed == 0
    assert told(acme) == before


def test_batches_of_one_span_come_to_the_same(acme, globex, alice, mallory, monkeypatch):
    monkeypatch.setattr("audit.actions.replay_traces.BATCH", 1)
    set_mapping(mallory, *RULES)
    arrive(globex)
    arrive(acme)
    set_mapping(alice, *RULES)
    replay(alice)
    ours, theirs = told(acme), told(globex)
    for part in theirs:
        assert ours[part] == theirs[part], part


def test_what_no_rule_says_any_more_is_taken_back(acme, alice):
    set_mapping(alice, *RULES)
    arrive(acme)
    set_mapping(alice, seen=1)
    replay(alice)
    after = told(acme)
    assert after["accesses"] == []
    assert {span[1] for span in after["spans"]} == {"other"}
    assert {minute[0] for minute in after["minutes"]} == {""}
    assert not {value for kind, value in after["facets"]} & {"clerk", "house-7b", "model"}
    [run] = after["runs"]  # no trace is torn out of its run for want of a key
    assert (run["agent"], run["input_tokens"], run["span_count"]) == ("", 0, 5)


def test_another_attribute_for_the_conversation_takes_the_traces_along(acme, alice):
    set_mapping(alice, Rule("acme.case", Concept.CONVERSATION))
    arrive(acme)
    set_mapping(alice, Rule("acme.who", Concept.CONVERSATION), seen=1)
    replay(alice)
    with tenant_scope(acme.id):
        run = Run.objects.get()
        assert (run.key, run.span_count) == ("clerk", 5)
        assert set(Span.objects.values_list("run_id", flat=True)) == {run.id}


def test_what_our_own_api_recorded_stays_and_outweighs_the_span(acme, alice):
    arrive(acme)
    done = Access(
        memory_id="m1", access=AccessKind.READ, trace_id=ONE, span_id=b"\3" * 8, agent="robo"
    )
    with tenant_scope(acme.id):
        record_accesses([done])
    set_mapping(alice, *RULES)
    replay(alice)
    with tenant_scope(acme.id):
        access = MemoryAccess.objects.get()
        assert (access.source, access.agent) == (AccessSource.API, "robo")


@pytest.mark.parametrize("finished", [True, False])
def test_a_running_step_is_read_anew_and_counts_once_it_ends(acme, alice, finished):
    root = steps()[0]
    ended = root.end_time_unix_nano
    root.end_time_unix_nano = 0
    receive_protobuf(acme.id, protobuf_body(root))
    set_mapping(alice, *RULES)
    replay(alice)
    with tenant_scope(acme.id):
        run = Run.objects.get()
        assert (run.agent, run.open_spans) == ("clerk", 1)
        assert not AgentMinute.objects.exists()
    if finished:
        root.end_time_unix_nano = ended
        receive_protobuf(acme.id, protobuf_body(root))
        with tenant_scope(acme.id):
            assert Run.objects.get().open_spans == 0
            assert AgentMinute.objects.get().span_count == 1
