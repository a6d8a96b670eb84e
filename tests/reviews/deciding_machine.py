"""A random walk of several people over one memory that waits for them, and what must hold after
every step. What the rules say is worked out here anew, from the rows, by no code of the product.
"""

from contextlib import ExitStack
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from audit.models import AuditEvent
from console.accounts.authentication import actor_of_member
from console.accounts.models import Agent, ApiKey, Membership
from console.accounts.permissions import Role
from console.administration import change_owner
from console.platform.errors import DomainError
from memory.actions import decide_review, decide_reviews, revise_memory, undo_decision
from memory.models import Memory, MemoryVersion, RecallIndex, ReviewDecision, ReviewItem, State
from memory.reviews.decisions import IN_BULK, Decision
from tests.cast import a_write, remember
from tests.reviews.world import everything

PEOPLE = ("alice", "bob", "erin", "frank")
APPROVING = {"approved", "edited", "restored", "merged"}
LATER = """
INSERT INTO memory_reviewdecision (
  tenant_id, id, review_id, outcome, reason, comment, content_digest, decided_by_kind,
  decided_by_id, decided_by_label, decided_at)
VALUES (%s, %s, %s, 'approved', 'x', '', %s, 'user', %s, 'x', clock_timestamp())
"""
people = st.sampled_from(PEOPLE)


class Deciding(RuleBasedStateMachine):
    """`cast` is given by the test. Each walk is rolled back at its end."""

    cast = None

    def __init__(self):
        super().__init__()
        self.undo_to = []  # of each standing decision: its review, and all that was before it
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.texts = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.stack.close()

    @initialize(by=st.sampled_from(["rookie", "bob"]), needed=st.sampled_from([1, 2]))
    def something_waits(self, by, needed):
        self.memory = remember(self.cast[by], "The gate code is 4711.").memory
        ReviewItem.objects.filter(memory_id=self.memory.id).update(approvals_needed=needed)

    # What people do.

    @rule(name=people, decision=st.sampled_from(list(Decision)), which=st.integers(0, 3))
    def decide(self, name, decision, which):
        review = self.a_review(which)
        fields = {}
        if decision in {Decision.EDIT, Decision.MERGE}:
            fields["content"] = self.another_text()
        if decision is Decision.MERGE:
            fields["into"] = self.cast["target"].id
        if decision is Decision.RESTORE:
            fields["number"] = which + 1
        before, stood_behind = everything(), self.stand_behind(review)
        try:
            decide_review(
                actor=self.actor(name), review=review, decision=decision, reason="other", **fields
            )
        except DomainError:
            assert everything() == before
            return
        assert self.cast[name].user.id not in stood_behind
        assert review.is_open
        self.undo_to.append((review.id, before))

    @rule(name=people, decision=st.sampled_from(sorted(IN_BULK)))
    def decide_all(self, name, decision):
        reviews = list(ReviewItem.objects.filter(memory_id=self.memory.id).order_by("id"))
        if not self.may_decide(name):
            return
        batch = decide_reviews(
            actor=self.actor(name), reviews=reviews, decision=decision, reason="other"
        )
        if batch.done:
            assert all(one.approvals_needed == 1 for one in batch.done)
            self.undo_to.clear()  # several at once: their undoing has tests of its own

    @rule(name=people, which=st.integers(0, 3))
    def undo(self, name, which):
        review, before = self.a_review(which), everything()
        try:
            undo_decision(actor=self.actor(name), review=review)
        except DomainError:
            assert everything() == before
            return
        if self.undo_to and self.undo_to[-1][0] == review.id:
            _, expected = self.undo_to.pop()
            assert everything() == expected
        else:
            self.undo_to.clear()

    @rule(confidence=st.sampled_from([0.1, 0.9]))
    def revise(self, confidence):
        memory = Memory.objects.get(id=self.memory.id)
        write = a_write(self.another_text(), confidence=confidence)
        try:
            revise_memory(
                actor=self.cast["rookie"].actor,
                memory=memory,
                write=write,
                expected_version=memory.version,
            )
        except DomainError:
            return
        self.undo_to.clear()

    @rule(name=st.sampled_from(PEOPLE[1:]), role=st.sampled_from(list(Role)))
    def change_role(self, name, role):
        Membership.objects.filter(user=self.cast[name].user).update(role=role)

    @rule(name=people)
    def give_the_agent_to(self, name):
        agent = Agent.objects.get(id=self.cast["rookie"].agent.id)
        owner = self.cast[name].user
        if agent.owner_id != owner.id:
            change_owner(actor=self.cast["alice"].actor, agent=agent, owner=owner)

    @rule(name=people, which=st.integers(0, 3))
    def approve_behind_the_applications_back(self, name, which):
        """Whatever the database lets pass must keep every rule below."""
        review = self.a_review(which)
        parameters = [
            review.tenant_id,
            uuid4(),
            review.id,
            bytes(review.content_digest),
            self.cast[name].user.id,
        ]
        stood_behind, was_open = self.stand_behind(review), review.is_open
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(LATER, parameters)
        except IntegrityError:
            return
        assert was_open
        assert self.cast[name].user.id not in stood_behind
        assert self.may_decide(name)
        self.undo_to.clear()
        try:
            with transaction.atomic():
                ReviewItem.objects.filter(id=review.id).update(status="approved")
                ReviewItem.objects.filter(id=review.id).update(closed_at=review.opened_at)
        except IntegrityError:
            return

    # What holds after each step.

    @invariant()
    def whatever_is_approved_was_by_enough_people_of_this_very_text(self):
        for review in ReviewItem.objects.filter(status__in=APPROVING):
            last = {one.decided_by_id: one for one in standing(review)}
            approving = {
                person
                for person, one in last.items()
                if one.outcome in APPROVING
                and bytes(one.content_digest) == bytes(review.content_digest)
            }
            assert len(approving) >= review.approvals_needed

    @invariant()
    def whatever_is_closed_has_its_evidence(self):
        told = set()
        for payload in AuditEvent.objects.values_list("payload", flat=True):
            told |= {*payload.get("reviews_closed", []), *payload.get("reviews_withdrawn", [])}
        for review in ReviewItem.objects.exclude(status="open"):
            closing = [one.outcome for one in standing(review)]
            assert review.status in closing or str(review.id) in told

    @invariant()
    def what_is_in_force_was_approved_as_it_stands(self):
        memory = Memory.objects.filter(id=getattr(self, "memory", self.cast["target"]).id).get()
        if memory.id == self.cast["target"].id or memory.state != State.ACTIVE:
            return
        decisions = [
            one
            for review in ReviewItem.objects.filter(memory_id=memory.id, status__in=APPROVING)
            for one in standing(review)
            if one.outcome in APPROVING
        ]
        assert bytes(memory.content_digest) in {bytes(one.content_digest) for one in decisions}

    @invariant()
    def only_what_is_in_force_is_recalled(self):
        active = Memory.objects.filter(state=State.ACTIVE).values_list("id", "version")
        assert set(RecallIndex.objects.values_list("id", "version")) == set(active)

    # What the walk knows.

    def actor(self, name):
        person = self.cast[name]
        return actor_of_member(person.user, person.actor.tenant_id)

    def may_decide(self, name):
        role = Membership.objects.get(user=self.cast[name].user).role
        return role in {Role.OWNER, Role.REVIEWER}

    def a_review(self, which):
        reviews = list(ReviewItem.objects.filter(memory_id=self.memory.id).order_by("id"))
        return reviews[which % len(reviews)]

    def another_text(self):
        self.texts += 1
        return f"The gate code is {self.texts}."

    def stand_behind(self, review):
        """Who wrote what is proposed, owns the agent that did, or made its key: as of now."""
        number = review.first_version or review.version
        version = MemoryVersion.objects.get(memory_id=review.memory_id, number=number)
        stand: set[UUID | None] = {version.author_id}
        stand |= set(Agent.objects.filter(id=version.author_id).values_list("owner_id", flat=True))
        keys = ApiKey.objects.filter(id=version.api_key_id)
        for pair in keys.values_list("created_by_id", "user_id"):
            stand |= set(pair)
        return stand


def standing(review):
    every = list(ReviewDecision.objects.filter(review_id=review.id).order_by("decided_at", "id"))
    undone = {one.undoes_id for one in every}
    assert len(undone - {None}) == sum(one.outcome == "undone" for one in every)
    return [one for one in every if one.outcome != "undone" and one.id not in undone]
