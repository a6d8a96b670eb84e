"""All that was granted is looked at by somebody else than its holder, and that is kept."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from audit.actions import create_stream, edit_stream
from audit.actions.create_stream import StreamAsked
from audit.models import AuditEvent, AuditStream
from audit.models.stream import StreamKind
from console.access_review.actions import attest_lines, revoke_line, start_access_review
from console.access_review.actions.answer import ChangedGrantError, OwnGrantError
from console.access_review.grants import standing_grants
from console.access_review.models import AccessReview, Answer, GrantKind, Line, Verdict
from console.access_review.seen import digest_of
from console.access_review.standing import access_review_standing
from console.accounts.authentication import actor_of_key
from console.accounts.key_text import parse_key
from console.accounts.models import ApiKey, Membership
from console.accounts.permissions import Role
from console.administration import (
    change_role,
    create_tenant,
    issue_agent_key,
    issue_signing_key,
    revoke_key,
)
from console.keys.models import SigningKey
from console.platform.clock import now
from console.platform.errors import (
    NotAuthenticatedError,
    NotFoundError,
    NotPermittedError,
    WrongStateError,
)
from console.tenancy.scope import tenant_scope
from console.webhooks.actions import create_webhook
from console.webhooks.models import WebhookEndpoint
from tests.cast import a_person
from tests.threads import at_once


@pytest.fixture
def granted(in_acme, alice, bob, dana, robo):
    """One grant of each kind at least: alice made robo's signing key and the webhook."""
    issue_signing_key(actor=alice.actor, agent=robo.agent)
    create_webhook(actor=alice.actor, url="https://ops.acme.example/hook", kinds=["review.decided"])
    asked = StreamAsked(name="SIEM", kind=StreamKind.WEBHOOK, address="https://siem.acme.example/")
    create_stream(actor=alice.actor, asked=asked, from_beginning=False)
    return in_acme


@pytest.fixture
def review(granted, alice):
    return start_access_review(actor=alice.actor)


def line_of(review, **about):
    return Line.objects.get(review_id=review.id, **about)


def membership_line(review, person):
    member = Membership.objects.get(user=person.user)
    return line_of(review, kind=GrantKind.MEMBER, grant_id=member.id)


def seen(*lines):
    return {line.id: digest_of(line.seen) for line in lines}


def test_every_grant_is_listed_once_and_none_that_opens_nothing(granted, alice, bob, robo):
    spent = issue_agent_key(actor=alice.actor, agent=robo.agent, label="x", scopes=["memory.read"])
    revoke_key(actor=alice.actor, key=spent.key)
    review = start_access_review(actor=alice.actor)
    lines = Line.objects.filter(review_id=review.id)
    counted = {kind: lines.filter(kind=kind).count() for kind in GrantKind}
    assert counted == {
        GrantKind.MEMBER: 3,
        GrantKind.AGENT_KEY: 1,
        GrantKind.PERSONAL_KEY: 3,
        GrantKind.SIGNING_KEY: 1,
        GrantKind.WEBHOOK: 1,
        GrantKind.STREAM: 1,
    }
    assert not lines.filter(grant_id=spent.id).exists()
    event = AuditEvent.objects.get(kind="access_review.started", object_id=review.id)
    assert event.payload["lines"]["member"] == 3


def test_no_secret_is_kept_as_evidence(review, alice, robo):
    kept = str(list(Line.objects.values()))
    assert parse_key(alice.key).secret not in kept
    assert parse_key(robo.key).secret not in kept


def test_there_is_one_review_at_a_time(review, alice):
    with pytest.raises(WrongStateError, match="open already"):
        start_access_review(actor=alice.actor)


@pytest.mark.parametrize("who", ["bob", "dana"])
def test_only_an_owner_begins_one(granted, who, request):
    with pytest.raises(NotPermittedError):
        start_access_review(actor=request.getfixturevalue(who).actor)
    assert not AccessReview.objects.exists()


def test_dana_the_auditor_attests_and_it_stands_who_saw_what(review, dana, bob):
    line = membership_line(review, bob)
    attest_lines(actor=dana.actor, review=review, seen=seen(line))
    answer = Answer.objects.get(line_id=line.id)
    assert (answer.verdict, answer.answered_by_id) == (Verdict.ATTESTED, dana.user.id)
    assert answer.seen["role"] == "reviewer"
    event = AuditEvent.objects.get(kind="access_review.attested")
    assert event.payload["grant"] == "member"


def test_nobody_attests_their_own_grant_nor_part_of_a_heap_with_one(review, dana, alice, bob):
    own, others = membership_line(review, dana), membership_line(review, bob)
    with pytest.raises(OwnGrantError):
        attest_lines(actor=dana.actor, review=review, seen=seen(own, others))
    signing = line_of(review, kind=GrantKind.SIGNING_KEY)
    with pytest.raises(OwnGrantError):  # alice made it
        attest_lines(actor=alice.actor, review=review, seen=seen(signing))
    assert not Answer.objects.exists()


def test_bob_the_reviewer_attests_nothing(review, bob, dana):
    with pytest.raises(NotPermittedError):
        attest_lines(actor=bob.actor, review=review, seen=seen(membership_line(review, dana)))


def test_a_program_with_danas_key_attests_nothing(review, dana, bob):
    actor = actor_of_key(parse_key(dana.key))
    with pytest.raises(NotPermittedError, match="themselves"):
        attest_lines(actor=actor, review=review, seen=seen(membership_line(review, bob)))


def test_a_grant_that_changed_is_looked_at_again(review, alice, dana, bob):
    line = membership_line(review, bob)
    change_role(
        actor=alice.actor,
        membership=Membership.objects.get(user=bob.user),
        role=Role.OWNER,
    )
    with pytest.raises(ChangedGrantError):
        attest_lines(actor=dana.actor, review=review, seen=seen(line))
    current = next(one for one in standing_grants() if one.id == line.grant_id)
    attest_lines(actor=dana.actor, review=review, seen={line.id: digest_of(current.seen)})
    assert Answer.objects.get().seen["role"] == "owner"
    assert Line.objects.get(id=line.id).seen["role"] == "reviewer"


def test_what_has_gone_is_recorded_as_gone(review, alice, dana, bob):
    key = ApiKey.objects.get(user=bob.user)
    revoke_key(actor=alice.actor, key=key)
    line = line_of(review, grant_id=key.id)
    attest_lines(actor=dana.actor, review=review, seen={line.id: ""})
    assert Answer.objects.get().verdict == Verdict.GONE


def test_revoking_a_member_puts_them_out(review, alice, bob):
    line = membership_line(review, bob)
    revoke_line(actor=alice.actor, review=review, line=line, comment="left in May")
    assert not Membership.objects.filter(user=bob.user).exists()
    with pytest.raises(NotAuthenticatedError):
        actor_of_key(parse_key(bob.key))
    assert Answer.objects.get().comment == "left in May"
    kinds = set(AuditEvent.objects.values_list("kind", flat=True))
    assert {"access_review.revoked", "member.removed", "api_key.revoked"} <= kinds


@pytest.mark.parametrize(
    ("kind", "is_gone"),
    [
        (GrantKind.AGENT_KEY, lambda grant: ApiKey.objects.get(id=grant).is_revoked),
        (GrantKind.SIGNING_KEY, lambda grant: SigningKey.objects.get(id=grant).is_revoked),
        (GrantKind.WEBHOOK, lambda grant: not WebhookEndpoint.objects.filter(id=grant).exists()),
        (GrantKind.STREAM, lambda grant: not AuditStream.objects.filter(id=grant).exists()),
    ],
)
def test_revoking_a_key_or_a_webhook_takes_it_away(review, alice, kind, is_gone):
    line = line_of(review, kind=kind)
    assert not is_gone(line.grant_id)
    revoke_line(actor=alice.actor, review=review, line=line)
    assert is_gone(line.grant_id)


def test_a_stream_that_sends_elsewhere_meanwhile_is_looked_at_again(review, alice, dana):
    stream = AuditStream.objects.get()
    line = line_of(review, kind=GrantKind.STREAM)
    assert line.seen["to"] == "https://siem.acme.example/"
    asked = StreamAsked(name="SIEM", kind=StreamKind.WEBHOOK, address="https://elsewhere.example/")
    edit_stream(actor=alice.actor, stream=stream, asked=asked)
    with pytest.raises(ChangedGrantError):
        attest_lines(actor=dana.actor, review=review, seen=seen(line))


def test_an_auditor_revokes_nothing(review, dana, bob):
    with pytest.raises(NotPermittedError):
        revoke_line(actor=dana.actor, review=review, line=membership_line(review, bob))
    assert Membership.objects.filter(user=bob.user).exists()


def test_a_line_is_answered_once(review, alice, dana, bob):
    line = membership_line(review, bob)
    attest_lines(actor=dana.actor, review=review, seen=seen(line))
    with pytest.raises(WrongStateError, match="already"):
        revoke_line(actor=alice.actor, review=review, line=line)
    assert Membership.objects.filter(user=bob.user).exists()


def test_the_answer_to_the_last_line_closes_it(review, alice, dana):
    lines = list(Line.objects.filter(review_id=review.id))
    danas = [line for line in lines if dana.user.id in line.holders]
    others = [line for line in lines if dana.user.id not in line.holders]
    attest_lines(actor=dana.actor, review=review, seen=seen(*others))
    assert AccessReview.objects.get().is_open
    attest_lines(actor=alice.actor, review=review, seen=seen(*danas))
    assert not AccessReview.objects.get().is_open
    closed = AuditEvent.objects.get(kind="access_review.closed")
    assert (closed.actor_id, closed.object_id) == (alice.user.id, review.id)
    with pytest.raises(WrongStateError, match="closed"):
        attest_lines(actor=alice.actor, review=review, seen=seen(lines[0]))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE access_review_answer SET verdict = 'attested'",
        "DELETE FROM access_review_answer",
        "UPDATE access_review_line SET seen = '{}'",
        "DELETE FROM access_review_line",
    ],
)
def test_the_evidence_is_changed_by_nobody(review, dana, bob, sql):
    attest_lines(actor=dana.actor, review=review, seen=seen(membership_line(review, bob)))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_line_of_another_review_is_not_there(review, dana, bob):
    line = membership_line(review, bob)
    elsewhere = AccessReview(id=line.id)
    with pytest.raises((NotFoundError, AccessReview.DoesNotExist)):
        attest_lines(actor=dana.actor, review=elsewhere, seen=seen(line))


def test_a_review_is_due_when_there_was_none_and_after_ninety_days(granted, alice, dana):
    assert access_review_standing().is_due
    review = start_access_review(actor=alice.actor)
    standing = access_review_standing()
    assert (standing.is_due, standing.unanswered) == (False, Line.objects.count())
    for line in Line.objects.filter(review_id=review.id):
        person = alice if dana.user.id in line.holders else dana
        attest_lines(actor=person.actor, review=review, seen=seen(line))
    assert not access_review_standing().is_due
    with time_machine.travel(now() + timedelta(days=91)):
        assert access_review_standing().is_due


@pytest.mark.slow
def test_two_who_answer_the_last_two_lines_at_once_close_it(committed_db):
    tenant = create_tenant(slug="acme", name="Acme")
    people = [a_person(tenant, name, Role.OWNER) for name in ("olga", "otto")]
    with tenant_scope(tenant.id):
        for key in ApiKey.objects.all():
            revoke_key(actor=people[0].actor, key=key)
        review = start_access_review(actor=people[0].actor)
        lines = [membership_line(review, person) for person in reversed(people)]

    def attest(number):
        return attest_lines(actor=people[number].actor, review=review, seen=seen(lines[number]))

    results = at_once(tenant, attest)
    assert not any(isinstance(result, Exception) for result in results)
    with tenant_scope(tenant.id):
        assert not AccessReview.objects.get().is_open
        assert AuditEvent.objects.filter(kind="access_review.closed").count() == 1
