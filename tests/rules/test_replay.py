"""Stored spans read anew by the rules of today: as far as wanted, wherever it was ended, once."""

from datetime import timedelta

import pytest

from audit.actions import begin_replay, replay_traces, set_trace_retention, stop_replay
from audit.actions.replay_traces import preview_replay, replay_some
from audit.dialects.dialect import Concept, Op
from audit.dialects.index import Rule
from audit.ingest.receive import receive_protobuf
from audit.models import AuditEvent, Span, SpanContent, TraceReplay
from audit.rules.mapping import mapping_version
from audit.rules.retention import Retention
from audit.tasks import replay_traces_in
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.platform.errors import (
    ConflictError,
    InvalidInputError,
    NotPermittedError,
    WrongStateError,
)
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body
from tests.rules.test_mapping import set_mapping
from tests.rules.test_prices import OURS, a_call, set_prices

STEP = {"acme.step": "llm", "acme.who": "clerk", "acme.in": 1000}
RULES = (
    Rule("acme.step", kinds={"llm": Op.MODEL}),
    Rule("acme.who", Concept.AGENT),
    Rule("acme.in", Concept.INPUT_TOKENS),
)


def arrive(tenant, count=1, attributes=None, **fields):
    newest = fields.pop("start", None) or moment_ns()
    spans = [
        a_span(f"step {n}", attributes=attributes or STEP, start=newest - n * SECOND, **fields)
        for n in range(count)
    ]
    receive_protobuf(tenant.id, protobuf_body(*spans))


def begin(person, **options):
    with tenant_scope(person.actor.tenant_id):
        return begin_replay(actor=person.actor, **options)


def some(tenant):
    with tenant_scope(tenant.id):
        return replay_some(actor=system_actor(tenant.id, "replay"))


def spans_of(tenant):
    with tenant_scope(tenant.id):
        return list(Span.objects.order_by("-start_time"))


def the_replay(tenant):
    with tenant_scope(tenant.id):
        return TraceReplay.objects.order_by("-id").first()


def test_a_new_mapping_is_replayed_over_what_is_stored_and_twice_changes_nothing(
    acme, globex, alice
):
    for tenant in (acme, globex):
        arrive(tenant)
    set_mapping(alice, *RULES)
    begin(alice, reason="our steps")
    replay_traces_in(tenant_id=str(acme.id))
    [span] = spans_of(acme)
    assert (span.op, span.agent, span.input_tokens) == ("model", "clerk", 1000)
    assert span.mapping_version == mapping_version(1)
    [other] = spans_of(globex)
    assert (other.op, other.agent) == ("other", "")
    first = the_replay(acme)
    assert (first.looked_at, first.changed, first.without_content) == (1, 1, 0)
    assert first.ended_at
    begin(alice)
    replay_traces_in(tenant_id=str(acme.id))
    again = the_replay(acme)
    assert (again.looked_at, again.changed) == (1, 0)
    with tenant_scope(acme.id):
        kinds = AuditEvent.objects.filter(kind__startswith="traces.replay").values_list("kind")
        assert [kind for (kind,) in kinds.order_by("id")] == [
            "traces.replay_begun",
            "traces.replay_ended",
        ] * 2
        ended = AuditEvent.objects.filter(kind="traces.replay_ended").order_by("id").first()
        assert (ended.payload["changed"], ended.actor_label) == (1, "replay_traces")


def test_a_replay_that_was_killed_goes_on_where_it_stood(acme, alice, monkeypatch):
    monkeypatch.setattr(replay_traces, "BATCH", 2)
    arrive(acme, 5)
    set_mapping(alice, *RULES)
    begin(alice)
    assert some(acme)
    assert [span.op for span in spans_of(acme)] == ["model", "model", "other", "other", "other"]

    def dies(*args, **kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(replay_traces.TraceReplay, "save", dies)
        with pytest.raises(RuntimeError):
            some(acme)
    halfway = the_replay(acme)
    assert (halfway.looked_at, halfway.changed, halfway.ended_at) == (2, 2, None)
    replay_traces_in(tenant_id=str(acme.id))
    assert {span.op for span in spans_of(acme)} == {"model"}
    done = the_replay(acme)
    assert (done.id, done.looked_at, done.changed) == (halfway.id, 5, 5)


def test_spans_of_one_instant_are_each_read_once(acme, alice, monkeypatch):
    monkeypatch.setattr(replay_traces, "BATCH", 2)
    start = moment_ns()
    receive_protobuf(
        acme.id, protobuf_body(*(a_span(attributes=STEP, start=start) for _ in range(5)))
    )
    set_mapping(alice, *RULES)
    begin(alice)
    replay_traces_in(tenant_id=str(acme.id))
    assert {span.op for span in spans_of(acme)} == {"model"}
    assert the_replay(acme).looked_at == 5


def test_a_new_price_is_replayed_but_what_a_span_reported_stands(acme, alice):
    arrive(acme, attributes=a_call())
    arrive(acme, attributes=a_call() | {"gen_ai.usage.cost": 0.25})
    set_prices(alice, OURS)
    begin(alice)
    replay_traces_in(tenant_id=str(acme.id))
    costs = {(span.cost_nanos, span.cost_source) for span in spans_of(acme)}
    assert costs == {(2 * 10**9, "priced"), (10**9 // 4, "reported")}
    assert the_replay(acme).changed == 1


def test_a_span_whose_content_is_gone_keeps_its_meaning_and_is_priced_anew(acme, alice):
    arrive(acme, attributes=a_call() | {"acme.who": "clerk"})
    with tenant_scope(acme.id):
        SpanContent.objects.all().delete()
    set_mapping(alice, *RULES)
    set_prices(alice, OURS)
    begin(alice)
    replay_traces_in(tenant_id=str(acme.id))
    [span] = spans_of(acme)
    assert (span.op, span.agent, span.model) == ("model", "", "house-7b")
    assert (span.cost_nanos, span.cost_source) == (2 * 10**9, "priced")
    assert (the_replay(acme).changed, the_replay(acme).without_content) == (1, 1)


def test_a_replay_of_the_last_day_leaves_older_spans(acme, alice):
    arrive(acme)
    arrive(acme, start=moment_ns() - 3 * 86_400 * SECOND)
    set_mapping(alice, *RULES)
    begin(alice, days=1)
    replay_traces_in(tenant_id=str(acme.id))
    assert [span.op for span in spans_of(acme)] == ["model", "other"]


def test_a_preview_says_what_would_change_and_changes_nothing(acme, globex, alice, dana):
    arrive(acme, 3)
    arrive(acme, attributes={"gen_ai.operation.name": "chat"})
    arrive(globex, 2)
    set_mapping(alice, *RULES)
    with tenant_scope(acme.id):
        found = preview_replay(actor=dana.actor, newest=100)
        assert (found.looked_at, found.changed, found.without_content) == (4, 3, 0)
        assert {one.figures.agent for one in found.some} == {"clerk"}
        assert preview_replay(actor=dana.actor, newest=1).looked_at == 1
        with pytest.raises(InvalidInputError):
            preview_replay(actor=dana.actor, newest=0)
        assert not TraceReplay.objects.exists()
    assert {span.agent for span in spans_of(acme)} == {""}


def test_one_replay_at_a_time_and_alice_may_stop_it(acme, alice):
    arrive(acme)
    set_mapping(alice, *RULES)
    replay = begin(alice)
    with pytest.raises(ConflictError):
        begin(alice)
    with tenant_scope(acme.id):
        stop_replay(actor=alice.actor, replay=replay)
        with pytest.raises(WrongStateError):
            stop_replay(actor=alice.actor, replay=replay)
    assert not some(acme)
    assert [span.op for span in spans_of(acme)] == ["other"]
    assert the_replay(acme).stopped


def test_what_is_past_its_retention_is_not_read_again(acme, alice):
    arrive(acme, start=moment_ns() - 3 * 86_400 * SECOND)
    with tenant_scope(acme.id):
        days = Retention(span_days=2, content_days=2)
        set_trace_retention(actor=alice.actor, days=days)
    replay = begin(alice)
    assert replay.since > now() - timedelta(days=2, minutes=1)
    with pytest.raises(InvalidInputError):
        begin(alice, days=0)


@pytest.mark.parametrize("who", ["bob", "dana", "carol", "robo"])
def test_nobody_but_an_owner_begins_or_stops_one(acme, alice, who, request):
    someone = request.getfixturevalue(who)
    with pytest.raises(NotPermittedError):
        begin(someone)
    replay = begin(alice)
    with tenant_scope(acme.id), pytest.raises(NotPermittedError):
        stop_replay(actor=someone.actor, replay=replay)
    assert the_replay(acme).ended_at is None
