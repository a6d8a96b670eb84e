"""From where influence is followed, how far, and for whom it is absent."""

from collections.abc import Callable

import pytest

from audit.models import AccessKind
from console.platform.errors import NotFoundError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.influence import spread
from memory.influence.origins import of_agent, of_memory, of_span
from memory.influence.reached import Cut, Influence
from memory.influence.spread import follow
from tests.cast import Machine, Person, a_memory
from tests.influence.test_spread import Begin, followed

__all__ = ["followed"]


def test_a_span_leads_to_what_it_wrote_and_read(
    acme: Tenant, dana: Person, robo: Machine, turn: Begin
):
    written, other = a_memory(robo, "Note 1."), a_memory(robo, "Note 2.")
    one, two = turn(), turn()
    span_id = one.touched(5, written.id, AccessKind.WRITE)
    two.touched(10, written.id), two.touched(12, other.id), two.tool(20)
    one.send(), two.send()
    with tenant_scope(acme.id):
        found = follow(dana.actor, of_span(dana.actor, one.trace_id, span_id))
        assert found.origin.root_ids == {str(written.id)}
        assert [(run.recalls, run.tools) for run in found.runs] == [(1, 1)]
        with pytest.raises(NotFoundError):
            of_span(dana.actor, one.trace_id, b"\1" * 8)


def test_an_agent_leads_to_what_it_wrote_in_that_time(
    acme: Tenant, dana: Person, robo: Machine, rookie: Machine, turn: Begin
):
    first, second = a_memory(robo, "Note 1."), a_memory(robo, "Note 2.")
    a_memory(rookie, "Note 3.")
    with tenant_scope(acme.id):
        both = of_agent(dana.actor, robo.agent.id)
        later = of_agent(dana.actor, robo.agent.id, since=second.created_at)
    assert both.root_ids == {str(first.id), str(second.id)}
    assert later.root_ids == {str(second.id)}


def test_a_bound_that_was_met_is_told(
    robo: Machine,
    turn: Begin,
    followed: Callable[..., Influence],
    monkeypatch: pytest.MonkeyPatch,
):
    memory = a_memory(robo)
    for _ in range(3):
        one = turn()
        one.touched(5, memory.id)
        one.send()
    assert followed(memory.id).cut == set()
    monkeypatch.setattr(spread, "MOST_RUNS", 2)
    found = followed(memory.id)
    assert (len(found.runs), found.cut) == (2, {Cut.RUNS})
    monkeypatch.setattr(spread, "MOST_RECALLS", 1)
    assert followed(memory.id).cut == {Cut.RECALLS}


def test_a_chain_longer_than_is_followed_is_told(
    robo: Machine, followed: Callable[..., Influence], monkeypatch: pytest.MonkeyPatch
):
    first = latest = a_memory(robo, "Note 0.")
    for n in range(3):
        latest = a_memory(robo, f"Note {n + 1}.", derived_from=(latest.id,))
    assert followed(first.id).cut == set()
    monkeypatch.setattr(spread, "DEPTH", 2)
    found = followed(first.id)
    assert (len(found.derived), found.cut) == (2, {Cut.DEPTH})


def test_another_tenants_memory_span_and_agent_are_absent(
    acme: Tenant, globex: Tenant, robo: Machine, mallory: Person, turn: Begin
):
    memory = a_memory(robo)
    one = turn()
    span_id = one.touched(5, memory.id)
    one.send()
    with tenant_scope(globex.id):
        with pytest.raises(NotFoundError):
            of_memory(mallory.actor, memory.id)
        with pytest.raises(NotFoundError):
            of_span(mallory.actor, one.trace_id, span_id)
        with pytest.raises(NotFoundError):
            of_agent(mallory.actor, robo.agent.id)


def test_a_reader_is_told_nothing_of_a_held_memory_that_a_span_wrote(
    acme: Tenant, carol: Person, dana: Person, robo: Machine, rookie: Machine, turn: Begin
):
    held, open_one = a_memory(rookie, "Note 1."), a_memory(robo, "Note 2.")
    one = turn()
    span_id = one.add("create_memory", 5, memory__record__id=[str(held.id), str(open_one.id)])
    one.send()
    with tenant_scope(acme.id):
        assert of_span(dana.actor, one.trace_id, span_id).root_ids == {
            str(held.id),
            str(open_one.id),
        }
        assert of_span(carol.actor, one.trace_id, span_id).root_ids == {str(open_one.id)}
