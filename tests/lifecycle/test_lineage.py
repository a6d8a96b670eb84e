"""A summary says what it was made from; when that falls, somebody is asked about the summary."""

import pytest

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.administration import create_tenant, trust_agent
from console.platform.errors import InvalidInputError
from console.tenancy.scope import tenant_scope
from memory.actions import decide_review, retire_memory, revise_memory
from memory.actions.decide import Decision
from memory.actions.supersede import supersede_memory
from memory.lineage import children_by_parent, derived_from
from memory.models import Kind, Memory, MemoryVersion, ReviewItem, ReviewKind, State
from tests.api.door import door_of
from tests.cast import a_memory, a_write, an_agent
from tests.threads import at_once


def revise(machine, memory, *, from_, expected):
    write = a_write("Anew.", derived_from=tuple(one.id for one in from_))
    return revise_memory(actor=machine.actor, memory=memory, write=write, expected_version=expected)


def a_summary(machine, *sources, text="Jonas lives in Bonn and likes tea."):
    ids = tuple(source.id for source in sources)
    return a_memory(machine, text, kind=Kind.SUMMARY, derived_from=ids)


def doubts():
    return list(ReviewItem.objects.filter(kind=ReviewKind.DOUBT, status="open"))


def test_links_lead_both_ways_by_what_is_in_force(in_acme, robo, carol):
    first, second = a_memory(robo, "Lives in Bonn."), a_memory(robo, "Likes tea.")
    summary = a_summary(robo, first, second)
    assert [memory.id for memory in derived_from([first.id])] == [summary.id]
    readable = Memory.objects.all()
    assert children_by_parent([first.id, second.id], readable) == {
        first.id: [summary.id],
        second.id: [summary.id],
    }
    revise(robo, summary, from_=[second], expected=1)
    assert not derived_from([first.id]).exists()
    assert children_by_parent([first.id], readable) == {}
    assert children_by_parent([second.id], Memory.objects.none()) == {}


def refused(act):
    with pytest.raises(InvalidInputError) as refusal:
        act()
    [problem] = refusal.value.problems
    return problem.field, problem.code


def test_nothing_is_derived_from_itself(in_acme, robo):
    memory = a_memory(robo, "Lives in Bonn.")
    cyclic = ("derived_from", "cyclic_lineage")
    assert refused(lambda: revise(robo, memory, from_=[memory], expected=1)) == cyclic
    assert MemoryVersion.objects.count() == 1


def test_nor_over_several_steps_nor_over_a_version_no_longer_in_force(in_acme, robo):
    first = a_memory(robo, "Lives in Bonn.")
    second = a_summary(robo, first)
    third = a_summary(robo, second, text="Whatever Jonas does.")
    other = a_memory(robo, "Likes tea.")
    cyclic = ("derived_from", "cyclic_lineage")
    assert refused(lambda: revise(robo, first, from_=[third], expected=1)) == cyclic
    revise(robo, third, from_=[other], expected=1)
    # Version 1 of the third still names the second: restored, it would close the circle.
    assert refused(lambda: revise(robo, first, from_=[other, third], expected=1)) == cyclic
    assert revise(robo, first, from_=[other], expected=1).memory.version == 2


def test_two_revisions_at_once_do_not_close_a_circle_together(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    robo = an_agent(acme, "robo")
    pair = [a_memory(robo, "Lives in Bonn."), a_memory(robo, "Likes tea.")]
    results = at_once(
        acme, lambda number: revise(robo, pair[number], from_=[pair[1 - number]], expected=1)
    )
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["InvalidInputError", "WriteOutcome"]
    with tenant_scope(acme.id):
        assert MemoryVersion.objects.exclude(derived_from=[]).count() == 1


def test_what_was_made_from_something_since_deleted_can_still_be_changed(in_acme, robo):
    source = a_memory(robo, "Lives in Bonn.")
    summary = a_summary(robo, source)
    retire_memory(actor=robo.actor, memory=source, reason="mistake")
    assert revise(robo, summary, from_=[source], expected=1).memory.version == 2
    other = a_memory(robo, "Likes tea.")
    unknown = ("derived_from", "unknown_memory")
    assert refused(lambda: revise(robo, other, from_=[source], expected=1)) == unknown


def test_the_id_of_a_held_source_is_told_to_its_writer_and_reviewers_alone(
    acme, robo, rookie, bob, carol
):
    held = a_memory(rookie, "Lives in Bonn.")
    with tenant_scope(acme.id):
        trust_agent(actor=system_actor(acme.id, "test"), agent=rookie.agent)
    summary = door_of(rookie).post(
        "memories", {"content": "A dossier.", "derived_from": [str(held.id)]}
    )
    assert summary.status_code == 201
    path = f"memories/{summary.json()['id']}"
    for reader, told in ((rookie, True), (bob, True), (robo, False), (carol, False)):
        door = door_of(reader)
        [listed] = [
            one
            for one in door.get("memories").json()["results"]
            if one["id"] == summary.json()["id"]
        ]
        [version] = door.get(f"{path}/versions").json()["results"]
        for shown in (listed, version, door.get(path).json()):
            assert (shown["derived_from"] == [str(held.id)]) is told


def test_deleting_a_source_raises_a_doubt_on_what_was_made_from_it(in_acme, robo, bob):
    source, other = a_memory(robo, "Lives in Bonn."), a_memory(robo, "Likes tea.")
    summary = a_summary(robo, source, other)
    of_summary = a_summary(robo, summary, text="A dossier.")
    retire_memory(actor=robo.actor, memory=source, reason="mistake")
    [doubt] = doubts()
    assert (doubt.memory_id, doubt.version) == (summary.id, 1)
    assert [reason["code"] for reason in doubt.reasons] == ["source_retired"]
    assert str(source.id) in doubt.reasons[0]["detail"]
    event = AuditEvent.objects.get(kind="review.opened")
    assert (event.object_id, event.payload["reasons"]) == (doubt.id, ["source_retired"])
    retire_memory(actor=robo.actor, memory=other, reason="mistake")
    assert len(doubts()) == 1  # bob is asked once
    decide_review(actor=bob.actor, review=doubt, decision=Decision.REJECT, reason="inaccurate")
    assert Memory.objects.get(id=summary.id).state == State.REJECTED
    [next_doubt] = doubts()
    assert next_doubt.memory_id == of_summary.id


def test_a_doubt_that_bob_dispels_leaves_the_summary_in_force(in_acme, robo, bob):
    source = a_memory(robo, "Lives in Bonn.")
    summary = a_summary(robo, source)
    retire_memory(actor=robo.actor, memory=source, reason="mistake")
    decide_review(actor=bob.actor, review=doubts()[0], decision=Decision.APPROVE, reason="accurate")
    kept = Memory.objects.get(id=summary.id)
    assert (kept.state, kept.version, kept.expires_at) == (State.ACTIVE, 1, summary.expires_at)
    assert doubts() == []


def test_superseding_a_source_doubts_its_summaries_but_not_its_successor(in_acme, robo, bob):
    source = a_memory(robo, "Lives in Bonn.")
    summary = a_summary(robo, source)
    successor = a_memory(robo, "Lives in Kiel.", derived_from=(source.id,))
    supersede_memory(actor=bob.actor, memory=source, successor=successor, reason="moved")
    [doubt] = doubts()
    assert doubt.memory_id == summary.id
    assert doubt.reasons[0]["code"] == "source_superseded"


def test_an_ended_summary_is_not_doubted(in_acme, robo):
    source = a_memory(robo, "Lives in Bonn.")
    summary = a_summary(robo, source)
    retire_memory(actor=robo.actor, memory=summary, reason="mistake")
    retire_memory(actor=robo.actor, memory=source, reason="mistake")
    assert doubts() == []
