"""What a policy takes out is kept for the reviewer alone, under the subject's key."""

import pytest
from django.test import Client

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from memory.actions import activate_policy, decide_review, save_policy
from memory.actions.decide import Decision
from memory.models import Memory, RecallIndex, State
from memory.policies import RejectedByPolicyError
from memory.screening.redaction import redact
from tests.cast import remember, versions

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
TEXT = f"The deploy token is {TOKEN} for now."


@pytest.fixture
def held(acme, robo):
    return remember(robo, TEXT, subject="jonas", key="deploy/token")


def test_a_secret_is_taken_out_before_anything_is_kept(held, in_acme):
    assert held.memory.state == State.PENDING
    assert TOKEN not in held.version.content
    assert held.version.content.startswith("The deploy token is [secret")
    assert "secret" in [reason.code for reason in held.ruling.reasons]
    assert not RecallIndex.objects.exists()


def test_the_reviewer_still_sees_what_was_written_once_he_asks(held, acme, bob):
    with tenant_scope(acme.id):
        [version] = versions()
        assert version.opened.original == {"content": TEXT}
    desk = Client()
    desk.force_login(bob.user)
    page = desk.get(f"/review/{held.review.id}").content.decode()
    assert "As it was first written" in page
    assert TOKEN not in page
    assert TOKEN in desk.post(f"/review/{held.review.id}/reveal").content.decode()


def test_the_trail_and_the_findings_do_not_repeat_it(held, in_acme):
    [version] = versions()
    assert TOKEN not in str(version.findings)
    assert TOKEN not in str(list(AuditEvent.objects.values_list("payload", "note")))


def test_the_same_secret_told_again_does_not_contradict_itself(held, in_acme, robo, bob):
    decide_review(
        actor=bob.actor, review=held.review, decision=Decision.APPROVE, reason="accepted_risk"
    )
    again = remember(robo, TEXT, subject="jonas", key="deploy/token")
    assert "contradiction" not in [reason.code for reason in again.ruling.reasons]


def test_what_is_refused_only_as_redacted_is_refused(in_acme, alice, robo):
    """What stands was kept whole, so the text agrees with it and its redacted form does not."""
    address = "Reach Jonas at jonas@example.org."
    remember(robo, address, subject="jonas", key="contact")
    rules = [
        {"name": "addresses", "when": "true", "redact": ["personal_data"]},
        {"name": "settled", "when": "write.contradicts != ''", "effect": "reject"},
    ]
    version = save_policy(actor=alice.actor, body={"rules": rules})
    activate_policy(actor=alice.actor, version=version)
    with pytest.raises(RejectedByPolicyError):
        remember(robo, address, subject="jonas", key="contact")
    assert Memory.objects.count() == 1


def test_a_correction_puts_nothing_back_that_is_taken_out(held, in_acme, bob):
    decide_review(
        actor=bob.actor,
        review=held.review,
        decision=Decision.EDIT,
        reason="corrected",
        content=f"{TEXT} Change it on Monday.",
    )
    memory = Memory.objects.get()
    [corrected] = [one for one in versions() if one.number == memory.version]
    assert memory.state == State.ACTIVE
    assert TOKEN not in corrected.content
    assert corrected.content.endswith("Change it on Monday.")
    assert corrected.opened.original == {"content": f"{TEXT} Change it on Monday."}
    assert corrected.finding_codes == ["secret"]


def test_nothing_is_taken_out_without_a_label():
    assert redact("Plain.", []) == "Plain."
