"""bob decides what waits; what he decides takes effect, and nobody decides on their own."""

import pytest

from audit.models import AuditEvent
from console.accounts.authentication import actor_of_key
from console.accounts.key_text import parse_key
from console.administration import issue_agent_key, register_agent
from console.platform.errors import (
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    OwnProposalError,
    StaleVersionError,
    WrongStateError,
)
from memory.access import review_for
from memory.actions import decide_review, recall_memories, retire_memory, revise_memory
from memory.actions.decide import Decision
from memory.models import Memory, ReviewDecision, ReviewItem, State
from memory.retrieval.query import RecallQuery
from tests.cast import Machine, a_memory, a_write, remember, versions


def decide(person, review, decision=Decision.APPROVE, **fields):
    fields.setdefault("reason", "accurate")
    return decide_review(actor=person.actor, review=review, decision=decision, **fields)


def recalled(machine, query):
    recall = recall_memories(actor=machine.actor, query=RecallQuery(query=query))
    return [hit.version.content for hit in recall.hits]


@pytest.fixture
def held(in_acme, rookie):
    return remember(rookie, "Jonas lives in Hamburg.")


def test_an_approved_memory_is_recalled_by_the_agent_that_wrote_it(held, rookie, bob):
    assert recalled(rookie, "Where does Jonas live?") == []
    review = decide(bob, held.review, comment="checked with the customer")
    assert review.status == "approved"
    assert recalled(rookie, "Where does Jonas live?") == ["Jonas lives in Hamburg."]
    decision = ReviewDecision.objects.get()
    assert (decision.outcome, decision.decided_by_id) == ("approved", bob.user.id)
    event = AuditEvent.objects.get(kind="review.approved")
    assert (event.object_id, event.reason) == (review.id, "accurate")
    assert event.note == "checked with the customer"


def test_an_edit_takes_effect_and_the_authors_text_stays(held, rookie, bob):
    decide(bob, held.review, Decision.EDIT, reason="corrected", content="Jonas lives in Kiel.")
    assert recalled(rookie, "Where does Jonas live?") == ["Jonas lives in Kiel."]
    assert [(v.content, v.author_kind) for v in versions()] == [
        ("Jonas lives in Hamburg.", "agent"),
        ("Jonas lives in Kiel.", "user"),
    ]
    assert AuditEvent.objects.filter(kind="review.edited").exists()


@pytest.mark.parametrize(
    ("decision", "state", "kind"),
    [
        (Decision.REJECT, State.REJECTED, "review.rejected"),
        (Decision.EXPIRE, State.EXPIRED, "review.expired"),
        (Decision.DELETE, State.RETIRED, "review.deleted"),
    ],
)
def test_what_is_refused_is_never_recalled(held, rookie, bob, decision, state, kind):
    decide(bob, held.review, decision, reason="inaccurate")
    assert Memory.objects.get(id=held.id).state == state
    assert recalled(rookie, "Where does Jonas live?") == []
    assert AuditEvent.objects.filter(kind=kind, object_id=held.review.id).exists()


def test_approving_a_contradiction_supersedes_what_it_contradicts(in_acme, robo, bob):
    place = {"subject": "customer-4711", "key": "address"}
    first = a_memory(robo, "Lives in Hamburg.", **place)
    second = remember(robo, "Lives in Kiel.", **place)
    decide(bob, second.review)
    first.refresh_from_db()
    assert first.state == State.SUPERSEDED
    assert Memory.objects.get(id=second.id).supersedes_id == first.id
    assert recalled(robo, "Where does the customer live?") == ["Lives in Kiel."]
    assert AuditEvent.objects.filter(kind="memory.superseded", object_id=first.id).exists()


def test_approving_supersedes_every_repetition_and_what_was_approved_meanwhile(in_acme, robo, bob):
    place = {"subject": "customer-4711", "key": "address"}
    said = [remember(robo, "Lives in Hamburg.", **place) for _ in range(2)]
    kiel = remember(robo, "Lives in Kiel.", **place)
    bremen = remember(robo, "Lives in Bremen.", **place)
    decide(bob, kiel.review)
    decide(bob, bremen.review)
    states = {m.id: m.state for m in Memory.objects.all()}
    assert states == {
        said[0].id: State.SUPERSEDED,
        said[1].id: State.SUPERSEDED,
        kiel.id: State.SUPERSEDED,
        bremen.id: State.ACTIVE,
    }
    assert recalled(robo, "Where does the customer live?") == ["Lives in Bremen."]


def test_a_refused_revision_leaves_the_version_in_force(in_acme, robo, bob):
    memory = a_memory(robo, "Prefers e-mail.")
    write = a_write("Prefers fax.", confidence=0.1)
    outcome = revise_memory(actor=robo.actor, memory=memory, write=write, expected_version=1)
    decide(bob, outcome.review, Decision.REJECT)
    memory.refresh_from_db()
    assert (memory.state, memory.version) == (State.ACTIVE, 1)


def test_an_approved_revision_comes_into_force(in_acme, robo, bob):
    memory = a_memory(robo, "Prefers e-mail.")
    write = a_write("Prefers fax.", confidence=0.1)
    outcome = revise_memory(actor=robo.actor, memory=memory, write=write, expected_version=1)
    decide(bob, outcome.review)
    memory.refresh_from_db()
    assert (memory.state, memory.version) == (State.ACTIVE, 2)


def test_what_ends_a_memory_elsewhere_ends_what_waits_about_it(held, bob):
    retire_memory(actor=bob.actor, memory=held.memory, reason="not_needed")
    review = ReviewItem.objects.get()
    assert review.status == "deleted"
    assert review.closed_at is not None
    event = AuditEvent.objects.get(kind="memory.retired")
    assert event.payload["reviews_closed"] == [str(review.id)]
    with pytest.raises(WrongStateError):
        decide(bob, review)


def test_a_review_is_decided_once(held, bob, alice):
    decide(bob, held.review)
    with pytest.raises(WrongStateError, match="already approved"):
        decide(alice, held.review, Decision.REJECT)
    assert ReviewDecision.objects.count() == 1


def test_a_decision_about_another_text_is_void(held, bob):
    with pytest.raises(StaleVersionError):
        decide(bob, held.review, seen_digest=b"\0" * 32)
    assert ReviewItem.objects.get().is_open


def test_an_edit_without_a_text_is_refused(held, bob):
    with pytest.raises(InvalidInputError):
        decide(bob, held.review, Decision.EDIT, content="  ")
    assert ReviewItem.objects.get().is_open


def test_nobody_decides_on_their_own_proposal(in_acme, bob):
    mine = remember(bob, "I say so.", confidence=0.2)
    with pytest.raises(OwnProposalError):
        decide(bob, mine.review)
    assert Memory.objects.get().state == State.PENDING
    assert not ReviewDecision.objects.exists()


def test_whoever_owns_the_agent_or_made_its_key_does_not_decide_for_it(in_acme, alice, bob):
    agent = register_agent(actor=alice.actor, name="hers", owner=bob.user)
    issued = issue_agent_key(actor=alice.actor, agent=agent, label="hers", scopes=["memory.write"])
    hers = Machine(agent, actor_of_key(parse_key(issued.text)), issued.text)
    held = remember(hers)
    for person in (alice, bob):
        with pytest.raises(OwnProposalError):
            decide(person, held.review)


def test_readers_and_auditors_do_not_decide(held, carol, dana):
    for person in (carol, dana):
        with pytest.raises(NotPermittedError):
            decide(person, held.review)
    with pytest.raises(NotFoundError):
        review_for(carol.actor, held.review.id)
    assert review_for(dana.actor, held.review.id).is_open
