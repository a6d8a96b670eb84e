"""Webhooks in a browser: named once, tested, paused, rotated, deleted after a question."""

import re
from datetime import timedelta

import pytest
import time_machine

from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.webhooks.actions import create_webhook, send_test
from console.webhooks.models import (
    OutgoingEvent,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSecret,
)
from console.webhooks.sending import deliver_due
from tests.cast import remember
from tests.webhooks.receiver import receiving

LIST = "/settings/webhooks/"
URL = "https://hooks.example.com/mnemoscope"
FORM = {"url": URL, "kinds": ["review.decided"], "agent": "", "description": "wakes the bot"}


@pytest.fixture
def webhook(acme, alice):
    with tenant_scope(acme.id):
        return create_webhook(
            actor=alice.actor, url=URL, kinds=["review.decided", "review.opened"]
        ).endpoint


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as one:
        yield one


def page_of(webhook, rest=""):
    return f"{LIST}{webhook.id}{rest}"


def a_failed_test(acme, alice, webhook, receiver):
    """Tried ten times by now."""
    receiver.status, receiver.answer = 500, b"<script>alert(1)</script>"
    with tenant_scope(acme.id):
        WebhookEndpoint.objects.filter(id=webhook.id).update(url=receiver.url)
        delivery = send_test(actor=alice.actor, endpoint=webhook)
    deliver_due(acme.id)
    with tenant_scope(acme.id):
        WebhookDelivery.objects.filter(id=delivery.id).update(next_attempt_at=None)
    return delivery


def test_alice_adds_a_webhook_and_sees_its_secret_once(desk, acme, alice):
    client = desk(alice)
    assert "No webhooks yet" in client.get(LIST).content.decode()
    response = client.post(LIST + "new", FORM)
    secret = response.context["issued"].secret
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    with tenant_scope(acme.id):
        webhook = WebhookEndpoint.objects.get()
    assert (webhook.url, webhook.kinds, webhook.created_by_id) == (
        URL,
        ["review.decided"],
        alice.user.id,
    )
    listed = client.get(LIST).content.decode() + client.get(page_of(webhook)).content.decode()
    assert URL in listed
    assert "wakes the bot" in listed
    assert secret not in listed


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "http://hooks.example.com/"}, "Begin with https://"),
        ({"url": "https://10.0.0.1/"}, "private network"),
        ({"url": ""}, "required"),
        ({"kinds": []}, "required"),
        ({"kinds": ["webhook.test"]}, "valid choice"),
        ({"agent": "x"}, "valid choice"),
    ],
)
def test_a_form_that_does_not_hold_makes_no_webhook(desk, acme, alice, fields, said):
    response = desk(alice).post(LIST + "new", FORM | fields)
    assert response.status_code == 422
    assert said in response.content.decode()
    with tenant_scope(acme.id):
        assert not WebhookEndpoint.objects.exists()


def test_a_change_keeps_the_secret(desk, acme, alice, robo, webhook):
    client = desk(alice)
    assert URL in client.get(page_of(webhook, "/edit")).content.decode()
    changed = FORM | {"url": "https://new.example.com/", "agent": str(robo.agent.id)}
    assert client.post(page_of(webhook, "/edit"), changed).status_code == 302
    with tenant_scope(acme.id):
        again = WebhookEndpoint.objects.get()
        assert (again.url, again.agent_id) == ("https://new.example.com/", robo.agent.id)
        assert WebhookSecret.objects.count() == 1


def test_a_new_secret_is_shown_once_beside_the_old_one(desk, acme, alice, webhook):
    client = desk(alice)
    assert client.post(page_of(webhook, "/rotate"), {"overlap": "9"}).status_code == 422
    response = client.post(page_of(webhook, "/rotate"), {"overlap": "24"})
    assert response.context["issued"].secret in response.content.decode()
    with tenant_scope(acme.id):
        assert WebhookSecret.objects.count() == 2
    client.post(page_of(webhook, "/rotate"), {"overlap": "0"})
    with tenant_scope(acme.id):
        assert WebhookSecret.objects.count() == 1


def test_pausing_and_resuming(desk, acme, alice, webhook):
    client = desk(alice)
    paused = client.post(page_of(webhook, "/pause"), follow=True).content.decode()
    assert "Paused by a person" in paused
    assert "Send a test</button>" not in paused
    assert "Resume</button>" in paused
    assert client.post(page_of(webhook, "/pause")).status_code == 409
    client.post(page_of(webhook, "/resume"))
    with tenant_scope(acme.id):
        assert WebhookEndpoint.objects.get().is_enabled


def test_a_disabled_one_says_why_and_stands_in_the_notices(desk, acme, alice, webhook, receiver):
    receiver.status = 410
    with tenant_scope(acme.id):
        WebhookEndpoint.objects.filter(id=webhook.id).update(url=receiver.url)
        send_test(actor=alice.actor, endpoint=webhook)
    deliver_due(acme.id)
    assert "It answered 410: it is gone" in desk(alice).get(page_of(webhook)).content.decode()
    assert page_of(webhook) in desk(alice).get("/notices/").content.decode()


def test_a_test_is_sent_and_its_answer_is_shown_harmless(desk, acme, alice, webhook, receiver):
    receiver.status, receiver.answer = 500, b"<script>alert(1)</script>\xe2\x80\xae"
    with tenant_scope(acme.id):
        WebhookEndpoint.objects.filter(id=webhook.id).update(url=receiver.url)
    shown = desk(alice).post(page_of(webhook, "/test"), follow=True)
    assert "waiting" in shown.content.decode()
    deliver_due(acme.id)
    page = desk(alice).get(shown.redirect_chain[-1][0]).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "retrying" in page


def test_the_log_is_filtered(desk, acme, alice, webhook, rookie, receiver):
    a_failed_test(acme, alice, webhook, receiver)
    remember(rookie, "Jonas lives in Hamburg.")

    def kinds(query):
        page = desk(alice).get(page_of(webhook, query)).content.decode()
        table = page.partition("<tbody>")[2]
        return re.findall(r">(\w+\.\w+)</a></th>", table)

    assert kinds("") == ["review.opened", "webhook.test"]
    assert kinds("?state=failed") == ["webhook.test"]
    assert kinds("?kind=review.opened&state=waiting") == ["review.opened"]
    assert kinds("?state=delivered") == []


def test_what_failed_is_counted_before_it_is_sent_again(desk, acme, alice, webhook, receiver):
    delivery = a_failed_test(acme, alice, webhook, receiver)
    client = desk(alice)
    asked = client.get(page_of(webhook, "/replay?period=1")).content.decode()
    assert "<strong>1 event</strong> failed" in asked
    with tenant_scope(acme.id):
        assert WebhookDelivery.objects.get().state == "failed"
    client.post(page_of(webhook, "/replay"), {"period": "1"})
    with tenant_scope(acme.id):
        again = WebhookDelivery.objects.get(id=delivery.id)
        assert (again.state, again.attempts) == ("waiting", 0)
    assert "Nothing failed" in client.get(page_of(webhook, "/replay")).content.decode()
    assert client.post(page_of(webhook, "/replay"), {"period": "1"}).status_code == 409
    assert client.post(page_of(webhook, "/replay"), {"period": "x"}).status_code == 422


def test_one_event_is_sent_again_from_its_page(desk, acme, alice, webhook, receiver):
    delivery = a_failed_test(acme, alice, webhook, receiver)
    page = page_of(webhook, f"/deliveries/{delivery.id}")
    assert "Send again" in desk(alice).get(page).content.decode()
    receiver.status = 200
    desk(alice).post(page + "/replay")
    deliver_due(acme.id)
    shown = desk(alice).get(page).content.decode()
    assert ">delivered<" in shown
    assert shown.count("<tr>") == 3  # the head, and both attempts


def test_deleting_asks_first_and_takes_the_log_along(desk, acme, alice, webhook, receiver):
    a_failed_test(acme, alice, webhook, receiver)
    assert "Delete this webhook?" in desk(alice).get(page_of(webhook, "/delete")).content.decode()
    with tenant_scope(acme.id):
        assert WebhookEndpoint.objects.exists()
    desk(alice).post(page_of(webhook, "/delete"))
    with tenant_scope(acme.id):
        for model in (WebhookEndpoint, WebhookSecret, WebhookDelivery, WebhookAttempt):
            assert not model.objects.exists()
        assert OutgoingEvent.objects.exists()


def test_alice_proves_who_she_is_before_she_deletes_one(desk, acme, alice, webhook):
    client = desk(alice)
    with time_machine.travel(now() + timedelta(minutes=6)):
        for answer in (client.get, client.post):
            assert "/reauthenticate/" in answer(page_of(webhook, "/delete"))["Location"]
    with tenant_scope(acme.id):
        assert WebhookEndpoint.objects.exists()


def test_dana_looks_and_changes_nothing(desk, acme, alice, dana, webhook, receiver):
    delivery = a_failed_test(acme, alice, webhook, receiver)
    client, one = desk(dana), f"/deliveries/{delivery.id}"
    page = client.get(page_of(webhook)).content.decode()
    assert client.get(page_of(webhook, one)).status_code == 200
    assert client.get(LIST).status_code == 200
    assert "Send a test</button>" not in page
    assert "New secret" not in page
    for way in ("/edit", "/rotate", "/delete", "/replay"):
        assert client.get(page_of(webhook, way)).status_code == 404
    for way in ("/edit", "/rotate", "/delete", "/replay", "/test", "/pause", f"{one}/replay"):
        assert client.post(page_of(webhook, way), FORM).status_code == 404
    assert client.post(LIST + "new", FORM).status_code == 404
    with tenant_scope(acme.id):
        assert WebhookEndpoint.objects.get().is_enabled


def test_carol_and_mallory_see_none_of_it(desk, carol, mallory, webhook):
    assert desk(carol).get(LIST).status_code == 404
    assert desk(carol).get(page_of(webhook)).status_code == 404
    assert desk(mallory).get(page_of(webhook)).status_code == 404
    assert URL not in desk(mallory).get(LIST).content.decode()


def test_more_webhooks_and_deliveries_ask_no_more_questions(
    desk, acme, alice, webhook, django_assert_max_num_queries
):
    client = desk(alice)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as listed:
            client.get(LIST)
        with django_assert_max_num_queries(60) as shown:
            client.get(page_of(webhook))
        counts.append((len(listed), len(shown)))
        with tenant_scope(acme.id):
            create_webhook(actor=alice.actor, url=URL, kinds=["review.opened"])
            for _ in range(5):
                send_test(actor=alice.actor, endpoint=webhook)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 25
