"""What no statement of the application's own role can do, whoever wrote it.

Each attempt goes by raw SQL, past every action: what it tries is refused by the database itself.
"""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from console.accounts.authentication import actor_of_key
from console.accounts.key_text import parse_key
from console.accounts.models import Agent, Membership, User
from console.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from console.administration import issue_agent_key, register_agent
from console.platform.errors import NotUndoableError
from memory.actions import (
    activate_policy,
    decide_review,
    revise_memory,
    save_policy,
    undo_decision,
)
from memory.models import ReviewDecision, ReviewItem
from memory.reviews.decisions import Decision
from tests.cast import Machine, a_memory, a_person, a_write, remember
from tests.policies.conftest import a_rule

INSERT = """
INSERT INTO memory_reviewdecision (
  tenant_id, id, review_id, outcome, reason, comment, content_digest, undoes_id,
  decided_by_kind, decided_by_id, decided_by_label, decided_at)
VALUES (%s, %s, %s, %s, 'x', '', %s, %s, %s, %s, 'x', clock_timestamp())
"""
APPROVING = ["approved", "edited", "restored", "merged"]


def decide(person, review, decision=Decision.APPROVE, **fields):
    return decide_review(
        actor=person.actor, review=review, decision=decision, reason="other", **fields
    )


def sql(statement, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def insert(person_id, review, outcome="approved", *, digest=None, undoes=None, kind="user"):
    digest = bytes(review.content_digest) if digest is None else digest
    identifier = uuid4()
    parameters = [review.tenant_id, identifier, review.id, outcome, digest, undoes, kind, person_id]
    sql(INSERT, *parameters)
    return identifier


def close(review, status="approved"):
    sql(
        "UPDATE memory_reviewitem SET status = %s, closed_at = now() WHERE id = %s",
        status,
        review.id,
    )


def refused(match):
    return pytest.raises(IntegrityError, match=match)


@pytest.fixture
def held(in_acme, rookie):
    return remember(rookie, "Jonas lives in Hamburg.").review


@pytest.fixture
def critical(in_acme, alice, rookie):
    version = save_policy(actor=alice.actor, body={"rules": [a_rule("doubles", approvals=2)]})
    activate_policy(actor=alice.actor, version=version)
    return remember(rookie, "The gate code is 4711.").review


@pytest.fixture
def erin(acme):
    return a_person(acme, "erin", Role.REVIEWER)


def test_whoever_wrote_it_cannot_approve_it(in_acme, bob, alice):
    mine = remember(bob, "I say so.", confidence=0.1).review
    for outcome in APPROVING:
        with refused("proposed it"):
            insert(bob.user.id, mine, outcome)
    insert(alice.user.id, mine)


def test_whoever_owns_the_agent_or_the_key_cannot_approve_it(in_acme, alice, bob, erin):
    agent = register_agent(actor=alice.actor, name="hers", owner=bob.user)
    issued = issue_agent_key(actor=alice.actor, agent=agent, label="hers", scopes=["memory.write"])
    hers = Machine(agent, actor_of_key(parse_key(issued.text)), issued.text)
    review = remember(hers).review
    for person in (alice, bob):
        with refused("proposed it"):
            insert(person.user.id, review)
    insert(erin.user.id, review)


def test_a_correction_does_not_hide_who_proposed_it(critical, bob, alice, erin):
    mine = remember(bob, "I say so.").review
    corrected = decide(erin, mine, Decision.EDIT, content="He says so.")
    with refused("proposed it"):
        insert(bob.user.id, corrected)
    for change in (
        "first_version = NULL",
        "first_version = 2",
        "first_version = NULL, version = 2",
    ):
        with refused("first proposed"):
            sql(f"UPDATE memory_reviewitem SET {change} WHERE id = %s", mine.id)
    with refused("proposed it"):  # nor does erin approve her own words once more
        insert(erin.user.id, corrected)
    insert(alice.user.id, corrected)


def test_only_a_person_who_reviews_here_can_approve(held, rookie, carol, dana):
    mallory = User.objects.create_user("mallory@globex.example", "a word of hers", "mallory")
    for person in (carol.user.id, dana.user.id, mallory.id, uuid4()):
        with refused("member who reviews"):
            insert(person, held)
    with refused("member who reviews"):
        insert(rookie.agent.id, held, kind="agent")


def test_the_roles_the_database_knows_are_those_that_may_decide(held, alice, bob):
    for role in Role:
        Membership.objects.filter(user=bob.user).update(role=role)
        if Permission.REVIEW_DECIDE in ROLE_PERMISSIONS[role]:
            insert(bob.user.id, held)
        else:
            with refused("member who reviews"):
                insert(bob.user.id, held)


def test_an_approval_of_another_text_is_refused(held, bob):
    with refused("text as it stands"):
        insert(bob.user.id, held, digest=b"\0" * 32)
    with refused("a version and its text"):
        sql("UPDATE memory_reviewitem SET content_digest = %s WHERE id = %s", b"\0" * 32, held.id)
    with refused("a version and its text"):
        sql("UPDATE memory_reviewitem SET version = 7 WHERE id = %s", held.id)


def test_nothing_is_approved_without_an_approval(held, alice, bob):
    for status in APPROVING:
        with refused("needs approvals"):
            close(held, status)
    insert(bob.user.id, held, "rejected")
    with refused("needs approvals"):
        close(held)
    insert(alice.user.id, held)
    close(held)


def test_what_is_critical_needs_two_different_people(critical, bob, erin):
    insert(bob.user.id, critical)
    insert(bob.user.id, critical)
    for status in APPROVING:
        with refused("needs approvals of 2"):
            close(critical, status)
    insert(erin.user.id, critical)
    close(critical)


def test_it_cannot_be_made_less_critical_nor_come_approved(critical, bob):
    insert(bob.user.id, critical)
    with refused("no fewer people"):
        sql("UPDATE memory_reviewitem SET approvals_needed = 1 WHERE id = %s", critical.id)
    with refused("approved by decisions"):
        sql(
            "INSERT INTO memory_reviewitem SELECT * FROM json_populate_recordset("
            "NULL::memory_reviewitem, (SELECT json_agg(to_jsonb(r) || %s::jsonb)"
            " FROM memory_reviewitem r WHERE id = %s))",
            f'{{"id": "{uuid4()}", "status": "approved"}}',
            critical.id,
        )


def test_an_approval_is_void_once_the_text_is_another(critical, bob, erin, alice):
    insert(bob.user.id, critical)
    decide(erin, critical, Decision.EDIT, content="The gate code is secret.")
    with refused("needs approvals of 2"):
        close(critical)
    insert(alice.user.id, ReviewItem.objects.get(id=critical.id))
    close(critical)


def test_an_approval_is_void_once_it_is_taken_back(critical, bob, erin):
    first = insert(bob.user.id, critical)
    insert(bob.user.id, critical, "undone", undoes=first)
    insert(erin.user.id, critical)
    with refused("needs approvals of 2"):
        close(critical)


def test_a_persons_last_word_counts(critical, bob, erin):
    insert(bob.user.id, critical)
    insert(bob.user.id, critical, "quarantined")
    insert(erin.user.id, critical)
    with refused("needs approvals of 2"):
        close(critical)
    insert(bob.user.id, critical)
    close(critical)


def test_who_came_to_own_the_agent_since_does_not_count(critical, rookie, bob, erin, alice):
    decide(bob, critical)
    Agent.objects.filter(id=rookie.agent.id).update(owner=bob.user)
    insert(erin.user.id, critical)
    with refused("needs approvals of 2"):
        close(critical)
    insert(alice.user.id, critical)
    close(critical)


def test_a_closed_review_takes_no_decision_and_stays_closed(held, bob, alice):
    decide(bob, held, Decision.REJECT)
    for outcome in [*APPROVING, "rejected", "expired", "deleted", "quarantined"]:
        with refused("closed review takes no decision"):
            insert(alice.user.id, held, outcome)
    for status in ("open", "expired", "deleted", "withdrawn"):
        with refused("stays closed"):
            close(held, status)
    with refused("needs approvals"):
        close(held)


def test_it_opens_again_by_the_undoing_of_what_closed_it_and_not_of_what_was_before(held, bob):
    decide(bob, held, Decision.REJECT)
    undo_decision(actor=bob.actor, review=held)
    decide(bob, held, Decision.EXPIRE)
    with refused("stays closed"):
        close(held, "open")
    undo_decision(actor=bob.actor, review=held)
    assert ReviewItem.objects.get(id=held.id).is_open


def test_an_undo_points_at_one_decision_upon_the_same_review_and_once(held, rookie, bob):
    other = remember(rookie, "Jonas sails.").review
    decide(bob, held, Decision.REJECT)
    made = ReviewDecision.objects.get()
    with refused("upon the same review"):
        insert(bob.user.id, other, "undone", undoes=made.id)
    with refused("only_an_undo_undoes"):
        insert(bob.user.id, other, "rejected", undoes=made.id)
    for undoes in (None, uuid4()):
        with pytest.raises(IntegrityError):
            insert(bob.user.id, held, "undone", undoes=undoes)
    undone = insert(bob.user.id, held, "undone", undoes=made.id)
    with refused("a_decision_is_undone_once"):
        insert(bob.user.id, held, "undone", undoes=made.id)
    with refused("upon the same review"):
        insert(bob.user.id, held, "undone", undoes=undone)


def test_what_was_decided_past_the_application_cannot_be_taken_back(held, bob):
    insert(bob.user.id, held)
    with pytest.raises(NotUndoableError, match="not noted"):
        undo_decision(actor=bob.actor, review=held)


@pytest.mark.parametrize("table", ["memory_reviewdecision", "memory_decisioneffect"])
def test_no_decision_is_rewritten(held, bob, table):
    decide(bob, held)
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="permission denied"):
            sql(statement)


def test_a_review_of_one_memory_becomes_none_of_another(in_acme, robo, bob):
    memory, other = a_memory(robo, "Sails."), a_memory(robo, "Rows.")
    review = revise_memory(
        actor=robo.actor,
        memory=memory,
        write=a_write("Sleeps.", confidence=0.1),
        expected_version=1,
    ).review
    with refused("keeps its memory"):
        sql("UPDATE memory_reviewitem SET memory_id = %s WHERE id = %s", other.id, review.id)
