"""What is due goes out signed, comes round again when it fails, and is given up in the end."""

import json
from base64 import b64decode
from datetime import timedelta

import pytest
import standardwebhooks
import time_machine
from mnemoscope_client import verify_webhook

from audit.models import AuditEvent
from console.keys.models import DataKey, Purpose
from console.platform.clock import now
from console.webhooks.actions import (
    create_webhook,
    pause_webhook,
    replay_deliveries,
    resume_webhook,
    rotate_webhook_secret,
    send_test,
)
from console.webhooks.log import forget_old
from console.webhooks.models import (
    OutgoingEvent,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSecret,
)
from console.webhooks.schedule import KEPT, RETRIES, next_pause
from console.webhooks.sending import LEASE, claim_due, deliver_due
from memory.actions import (
    decide_review,
    destroy_retired_keys,
    order_rotation,
    rewrap_keys,
    rotate_due_keys,
)
from memory.actions.decide import Decision
from memory.actions.rotate_keys import SAFE_AFTER
from tests.cast import remember


@pytest.fixture
def decided(listening, rookie, bob):
    """Something happened that the listener is to be told of."""
    held = remember(rookie, "Jonas lives in Hamburg.")
    decide_review(actor=bob.actor, review=held.review, decision=Decision.APPROVE, reason="accurate")
    return WebhookDelivery.objects.get()


def again(delivery):
    return WebhookDelivery.objects.get(id=delivery.id)


def test_a_decision_arrives_signed_as_an_independent_verifier_wants_it(
    acme, decided, listening, receiver
):
    deliver_due(acme.id)
    [got] = receiver.got
    body = standardwebhooks.Webhook(listening.secret).verify(got.body, got.headers)
    assert body["type"] == "review.decided"
    assert body["data"]["memory_id"] == str(decided.event.memory_id)
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == decided.event.message_id
    assert verify_webhook(got.headers, got.body, listening.secret).data == body["data"]
    assert again(decided).state == "delivered"
    attempt = WebhookAttempt.objects.get()
    assert (attempt.status, attempt.error, attempt.succeeded) == (204, "", True)
    forged = got.body.replace(b"approved", b"rejected")
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(listening.secret).verify(forged, got.headers)


def test_during_a_rotation_both_secrets_verify_and_afterwards_the_new_one(
    acme, alice, listening, receiver
):
    endpoint = listening.endpoint
    new = rotate_webhook_secret(actor=alice.actor, endpoint=endpoint, overlap=timedelta(hours=1))

    def verifies(secret):
        send_test(actor=alice.actor, endpoint=endpoint)
        deliver_due(acme.id)
        got = receiver.got[-1]
        try:
            standardwebhooks.Webhook(secret).verify(got.body, got.headers)
        except standardwebhooks.WebhookVerificationError:
            return False
        return True

    assert verifies(listening.secret)
    assert verifies(new.secret)
    WebhookSecret.objects.filter(expires_at__isnull=False).update(expires_at=now())
    assert not verifies(listening.secret)
    assert verifies(new.secret)


def test_a_secret_is_nowhere_in_the_clear(listening):
    [row] = WebhookSecret.objects.all()
    plain = b64decode(listening.secret.removeprefix("whsec_"))
    assert len(plain) == 32
    assert plain not in bytes(row.wrapped)
    assert listening.secret not in repr(listening)
    payloads = json.dumps(list(AuditEvent.objects.values_list("payload", flat=True)), default=str)
    assert listening.secret not in payloads


def test_a_secret_outlives_the_key_that_wrapped_it(acme, alice, listening, receiver):
    wrapped_by = WebhookSecret.objects.get().wrapped_by_id
    order_rotation(actor=alice.actor, purpose=Purpose.WRAP)
    rotate_due_keys(actor=alice.actor, limit=10)
    rewrap_keys(actor=alice.actor, limit=100)
    assert WebhookSecret.objects.get().wrapped_by_id != wrapped_by
    with time_machine.travel(now() + 2 * SAFE_AFTER):
        destroy_retired_keys(actor=alice.actor, limit=10)
        assert DataKey.objects.get(id=wrapped_by).wrapped is None
    send_test(actor=alice.actor, endpoint=listening.endpoint)
    deliver_due(acme.id)
    [got] = receiver.got
    standardwebhooks.Webhook(listening.secret).verify(got.body, got.headers)


def test_what_fails_is_tried_again_later_and_later_with_the_same_id(
    acme, decided, listening, receiver
):
    receiver.status, receiver.answer = 500, b"out of <b>order</b>\x00"
    started = now()
    with time_machine.travel(started, tick=False) as clock:
        pauses = []
        while (due := again(decided).next_attempt_at) is not None:
            clock.move_to(due + timedelta(milliseconds=1))
            deliver_due(acme.id)
            left = again(decided).next_attempt_at
            pauses += [left - now()] if left else []
    assert len(receiver.got) == len(RETRIES) + 1
    for pause, planned in zip(pauses, RETRIES, strict=True):
        assert planned <= pause <= planned * 1.1
    assert {got.headers["webhook-id"] for got in receiver.got} == {decided.event.message_id}
    assert len({got.body for got in receiver.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in receiver.got}) == len(receiver.got)
    failed = again(decided)
    assert (failed.state, failed.last_status, failed.attempts) == ("failed", 500, 10)
    assert WebhookAttempt.objects.first().excerpt == "out of <b>order</b>\ufffd"


def test_a_busy_receiver_says_when_to_come_again(acme, decided, receiver):
    receiver.status, receiver.headers = 429, {"Retry-After": "3600"}
    deliver_due(acme.id)
    assert again(decided).next_attempt_at > now() + timedelta(minutes=59)
    assert next_pause(1, asked=timedelta(days=365)) == RETRIES[-1]


def test_a_redirect_is_a_failure_and_is_not_followed(acme, decided, receiver):
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "/elsewhere"}
    deliver_due(acme.id)
    assert [got.path for got in receiver.got] == ["/hook"]
    assert (again(decided).state, again(decided).last_status) == ("waiting", 302)


def test_nobody_there_is_told_by_a_code(acme, alice, listening, decided):
    WebhookEndpoint.objects.update(url="http://127.0.0.1:9999/")
    deliver_due(acme.id)
    assert (again(decided).last_error, again(decided).last_status) == ("no_connection", None)


def test_a_sender_that_dies_leaves_what_it_claimed_due_again(acme, decided, receiver):
    at = now()
    [letter] = claim_due(at=at)
    assert letter.delivery_id == decided.id
    # It dies here. Nobody else sends it meanwhile, and then somebody does.
    assert claim_due(at=at + timedelta(seconds=1)) == []
    with time_machine.travel(at + LEASE + timedelta(seconds=1)):
        deliver_due(acme.id)
    assert len(receiver.got) == 1
    assert again(decided).state == "delivered"
    assert again(decided).attempts == 2


def test_an_answer_of_410_disables_and_is_audited(acme, decided, listening, receiver):
    receiver.status = 410
    deliver_due(acme.id)
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.is_enabled, endpoint.disabled_why) == (False, "gone")
    event = AuditEvent.objects.get(kind="webhook.disabled")
    assert (event.object_id, event.payload, event.actor_kind) == (
        endpoint.id,
        {"why": "gone"},
        "system",
    )


def test_five_days_of_failure_disable_and_one_success_between_does_not(
    acme, alice, listening, receiver
):
    endpoint, start = listening.endpoint, now()

    def day(number, status):
        receiver.status = status
        with time_machine.travel(start + timedelta(days=number, minutes=number)):
            send_test(actor=alice.actor, endpoint=endpoint)
            deliver_due(acme.id)
        return WebhookEndpoint.objects.get().disabled_why

    assert [day(0, 500), day(3, 204), day(4, 500), day(6, 500)] == ["", "", "", ""]
    assert day(9, 500) == "failing"


def test_a_paused_endpoint_is_sent_what_waited_once_it_is_resumed(
    acme, alice, decided, listening, receiver
):
    pause_webhook(actor=alice.actor, endpoint=listening.endpoint)
    deliver_due(acme.id)
    assert receiver.got == []
    resume_webhook(actor=alice.actor, endpoint=listening.endpoint)
    deliver_due(acme.id)
    assert len(receiver.got) == 1


def test_what_failed_is_sent_again_with_all_its_retries(acme, alice, decided, listening, receiver):
    receiver.status = 500
    deliver_due(acme.id)
    WebhookDelivery.objects.update(next_attempt_at=None, attempts=10)
    receiver.status = 200
    failed = WebhookDelivery.objects.all()
    replayed = replay_deliveries(actor=alice.actor, endpoint=listening.endpoint, deliveries=failed)
    assert replayed.count == 1
    deliver_due(acme.id)
    assert again(decided).state == "delivered"
    assert [one.headers["webhook-id"] for one in receiver.got] == [decided.event.message_id] * 2
    assert WebhookAttempt.objects.count() == 2
    assert AuditEvent.objects.get(kind="webhook.replayed").payload["deliveries"] == 1


def test_a_slow_endpoint_takes_its_share_and_no_more(acme, alice, listening, receiver):
    slow = create_webhook(actor=alice.actor, url=receiver.url, kinds=["review.decided"]).endpoint
    for _ in range(10):
        send_test(actor=alice.actor, endpoint=slow)
    send_test(actor=alice.actor, endpoint=listening.endpoint)
    claimed = [letter.endpoint_id for letter in claim_due(at=now())]
    assert claimed.count(slow.id) == 4
    assert claimed.count(listening.endpoint.id) == 1


def test_a_month_later_the_log_is_forgotten(acme, decided, receiver):
    deliver_due(acme.id)
    assert forget_old(acme.id) == 0
    with time_machine.travel(now() + KEPT + timedelta(minutes=1)):
        assert forget_old(acme.id) == 3  # held, decided, in another state
    assert not OutgoingEvent.objects.exists()
    assert not WebhookDelivery.objects.exists()
    assert not WebhookAttempt.objects.exists()
