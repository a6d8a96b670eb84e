"""What a recall of the past is ranked from and by: as it would have been then."""

from datetime import timedelta

import pytest
import time_machine

from console.platform.clock import now
from console.platform.errors import InvalidInputError
from memory.actions import recall_memories, revise_memory, set_recall_weights
from memory.retrieval import history
from memory.retrieval.filters import parse_filter
from memory.retrieval.query import RecallQuery
from memory.retrieval.weights import RecallWeights
from tests.cast import a_memory, a_write


def recall(holder, query, **fields):
    asked = RecallQuery(query=query, top_k=50, **fields)
    return recall_memories(actor=holder.actor, query=asked).hits


def a_past(robo, bob):
    """Turns of a run, named memories, and one that a person wrote."""
    for text in ("Which country did the passport come from?", "Portugal.", "Fine, thanks."):
        a_memory(robo, text, run="call-7")
    a_memory(robo, "After four in the afternoon.", key="contact.time", confidence=0.95)
    a_memory(bob, "Customers like tea.", confidence=0.9)
    for number in range(10):
        a_memory(robo, f"Customer {number} likes tea.")


def seen(hits):
    return [
        (
            hit.memory.id,
            hit.scores.matched,
            hit.scores.is_approved,
            *(round(score, 2) for score in (hit.scores.lexical, hit.scores.neighbours)),
        )
        for hit in hits
    ]


@pytest.mark.parametrize(
    "query", ["passport country", "contact time", "who likes tea", "zebra xylophone"]
)
def test_as_of_this_moment_it_is_recalled_as_it_is(in_acme, robo, bob, query):
    a_past(robo, bob)
    assert seen(recall(robo, query, as_of=now())) == seen(recall(robo, query))


def test_an_approval_of_later_and_weights_of_later_do_not_count_then(in_acme, robo, bob, alice):
    memory = a_memory(robo, "Customer one likes tea.")
    told = a_memory(bob, "Customers like tea.")
    before = now()
    with time_machine.travel(before + timedelta(days=1)):
        write = a_write("Customer one likes tea.")
        revise_memory(actor=bob.actor, memory=memory, write=write, expected_version=1)
        set_recall_weights(actor=alice.actor, weights=RecallWeights(approval=10))
        today = {hit.memory.id: hit.scores for hit in recall(robo, "likes tea")}
        then = {hit.memory.id: hit.scores for hit in recall(robo, "likes tea", as_of=before)}
    assert today[memory.id].is_approved
    assert not then[memory.id].is_approved
    assert then[told.id].is_approved
    assert today[told.id].fused > 0.8 > then[told.id].fused


def test_a_scope_too_large_to_rank_is_refused_and_not_cut(in_acme, robo, monkeypatch):
    monkeypatch.setattr(history, "MAX_CANDIDATES", 2)
    for number in range(3):
        a_memory(robo, f"Customer {number} likes tea.", namespace=(str(number % 2),))
    with pytest.raises(InvalidInputError) as refused:
        recall(robo, "tea", as_of=now())
    assert [(one.field, one.code) for one in refused.value.problems] == [
        ("as_of", "scope_too_large")
    ]
    assert len(recall(robo, "tea", as_of=now(), namespace=("0",))) == 2
    narrowed = parse_filter({"namespace": ["1"]})
    assert len(recall(robo, "tea", as_of=now(), filters=narrowed)) == 1


def test_nobody_recalls_as_of_a_day_to_come(in_acme, robo):
    a_memory(robo)
    with pytest.raises(InvalidInputError) as refused:
        recall(robo, "tea", as_of=now() + timedelta(days=1))
    assert refused.value.problems[0].code == "in_the_future"
