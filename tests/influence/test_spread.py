"""From a memory to what came after it was recalled: the right steps, and no others."""

from collections.abc import Callable
from uuid import UUID

import pytest

from audit.influence.after import decisions_in
from audit.models import AccessKind
from console.platform.errors import NotFoundError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import revise_memory
from memory.influence.origins import of_agent, of_memory
from memory.influence.reached import Evidence, Influence
from memory.influence.spread import follow
from tests.cast import Machine, Person, a_memory, a_write
from tests.influence.conftest import Turn
from tests.ingest.messages import SECOND, moment_ns

Begin = Callable[..., Turn]


@pytest.fixture
def followed(acme: Tenant, dana: Person) -> Callable[..., Influence]:
    def of(memory_id: UUID, **about: object) -> Influence:
        with tenant_scope(acme.id):
            return follow(dana.actor, of_memory(dana.actor, memory_id, **about))  # type: ignore[arg-type]

    return of


def names_of(found: Influence) -> list[str]:
    return sorted(one.tool or one.model for one in decisions_in(found.turns, most=100))


def test_steps_before_the_recall_and_after_the_turn_are_not_influenced(
    acme: Tenant, robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    memory = a_memory(robo)
    one = turn()
    one.tool(1, "before")
    one.touched(5, memory.id)
    one.model(10)
    one.tool(20, "after")
    one.add("invoke_agent", 70, 10, parent=b"")
    one.tool(75, "next-turn")
    one.send()
    found = followed(memory.id)
    [run] = found.runs
    assert (run.recalls, run.models, run.tools) == (1, 1, 1)
    assert run.evidence is Evidence.RECORDED
    with tenant_scope(acme.id):
        assert names_of(found) == ["after", "gpt-5"]


def test_a_turn_without_an_agent_span_ends_with_the_next_root(
    acme: Tenant, robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    memory = a_memory(robo)
    one = turn()
    one.spans.clear()
    one.claims_recall(5, memory.id, parent=b"")
    one.tool(10, "same")
    one.tool(30, "root", parent=b"")
    one.tool(40, "later")
    one.send()
    found = followed(memory.id)
    assert [run.evidence for run in found.runs] == [Evidence.CLAIMED]
    with tenant_scope(acme.id):
        assert names_of(found) == ["same"]


def test_the_turn_of_an_inner_agent_ends_with_it(
    acme: Tenant, robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    memory = a_memory(robo)
    one = turn()
    inner = one.add("invoke_agent", 5, 10)
    wrapper = one.add("retry", 6, 8, parent=inner)
    one.claims_recall(7, memory.id, parent=wrapper)
    one.tool(9, "inner", parent=inner)
    one.tool(20, "outer")
    one.send()
    with tenant_scope(acme.id):
        assert names_of(followed(memory.id)) == ["inner"]


def test_two_recalls_in_one_turn_count_its_steps_once(
    robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    memory = a_memory(robo)
    one = turn()
    one.claims_recall(5, memory.id)
    one.tool(7, "between")
    one.claims_recall(10, memory.id)
    one.tool(20, "after")
    one.send()
    [run] = followed(memory.id).runs
    assert (run.recalls, run.tools) == (2, 2)


def test_a_step_replayed_from_a_recording_goes_by_its_own_clock(
    robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    """The API stamped the recall days after the recording says it was."""
    memory = a_memory(robo)
    one = turn(start=moment_ns() - 3 * 86_400 * SECOND)
    one.tool(2, "before")
    one.touched(5, memory.id, stamped_ns=moment_ns())
    one.tool(20, "after")
    one.send()
    found = followed(memory.id)
    assert [run.tools for run in found.runs] == [1]


def test_what_is_written_after_a_recall_may_come_of_it_and_so_on(
    robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    first, second, third, earlier = (a_memory(robo, f"Note {n}.") for n in range(4))
    one, two = turn(), turn()
    one.touched(2, earlier.id, AccessKind.WRITE)
    one.touched(5, first.id)
    one.touched(10, second.id, AccessKind.WRITE)
    two.touched(15, second.id)
    two.claims_write(20, third.id)
    two.tool(30)
    one.send(), two.send()
    found = followed(first.id)
    reached = {UUID(one.memory_id): one for one in found.derived}
    assert set(reached) == {second.id, third.id}
    assert (reached[second.id].level, reached[third.id].level) == (1, 2)
    assert reached[second.id].link is reached[third.id].link is Evidence.AFTER
    assert reached[second.id].written is Evidence.RECORDED
    assert reached[third.id].written is Evidence.CLAIMED
    assert reached[third.id].parents == {str(second.id)}
    assert [(run.level, run.tools) for run in found.runs] == [(1, 1), (0, 0)]


def test_what_an_inner_agent_writes_may_come_of_both_its_own_recall_and_the_outer_ones(
    acme: Tenant, dana: Person, robo: Machine, turn: Begin
):
    outer, inner, made = (a_memory(robo, f"Note {n}.") for n in range(3))
    one = turn()
    one.claims_recall(2, outer.id)
    agent = one.add("invoke_agent", 5, 20)
    one.claims_recall(7, inner.id, parent=agent)
    one.claims_write(10, made.id, parent=agent)
    one.send()
    with tenant_scope(acme.id):
        found = follow(dana.actor, of_agent(dana.actor, robo.agent.id, until=made.created_at))
    reached = found.memories[str(made.id)]
    assert reached.parents == {str(outer.id), str(inner.id)}


def test_a_recall_from_before_the_influence_reached_a_memory_is_none_of_it(
    robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    first, second = a_memory(robo, "Note 1."), a_memory(robo, "Note 2.")
    innocent, guilty = turn(), turn()
    innocent.touched(1, second.id)
    guilty.touched(5, first.id)
    guilty.touched(10, second.id, AccessKind.UPDATE)
    innocent.send(), guilty.send()
    found = followed(first.id)
    assert {run.recalls for run in found.runs} == {1}
    assert [run.wrote for run in found.runs] == [{str(second.id)}]


def test_declared_lineage_counts_without_any_trace_and_is_the_surer_word(
    robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    first = a_memory(robo, "Note 1.")
    child = a_memory(robo, "Note 2.", derived_from=(first.id,))
    grandchild = a_memory(robo, "Note 3.", derived_from=(child.id,))
    one = turn()
    one.touched(5, first.id)
    one.touched(10, child.id, AccessKind.UPDATE)
    one.send()
    found = followed(first.id)
    assert [(one.memory_id, one.level) for one in found.derived] == [
        (str(child.id), 1),
        (str(grandchild.id), 2),
    ]
    assert {one.link for one in found.derived} == {Evidence.DECLARED}


def test_of_a_version_only_its_own_recalls_count(
    acme: Tenant, robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    memory = a_memory(robo, "Refunds take 3 days.")
    with tenant_scope(acme.id):
        revise_memory(
            actor=robo.actor,
            memory=memory,
            write=a_write("Refunds take 30 days."),
            expected_version=1,
        )
    old, new, unsaid = turn(), turn(), turn()
    old.touched(5, memory.id, version=1)
    new.touched(5, memory.id, version=2)
    unsaid.claims_recall(5, memory.id)
    old.send(), new.send(), unsaid.send()
    assert len(followed(memory.id).runs) == 3
    for number in (1, 2):
        [run] = followed(memory.id, version=number).runs
        assert run.evidence is Evidence.RECORDED
    with pytest.raises(NotFoundError):
        followed(memory.id, version=3)


def test_what_was_made_from_an_earlier_version_is_none_of_a_later_ones_influence(
    acme: Tenant, robo: Machine, followed: Callable[..., Influence]
):
    memory = a_memory(robo, "Refunds take 3 days.")
    early = a_memory(robo, "Note 1.", derived_from=(memory.id,))
    with tenant_scope(acme.id):
        revise_memory(
            actor=robo.actor,
            memory=memory,
            write=a_write("Refunds take 30 days."),
            expected_version=1,
        )
    late = a_memory(robo, "Note 2.", derived_from=(memory.id,))
    both = {str(early.id), str(late.id)}
    assert {one.memory_id for one in followed(memory.id).derived} == both
    for number, made in ((1, early), (2, late)):
        [derived] = followed(memory.id, version=number).derived
        assert derived.memory_id == str(made.id)


def test_a_recall_whose_spans_have_not_arrived_is_told_apart(
    robo: Machine, turn: Begin, followed: Callable[..., Influence]
):
    memory = a_memory(robo)
    turn().touched(5, memory.id)
    found = followed(memory.id)
    assert (found.recalls, found.unseen, found.runs) == (1, 1, [])
