"""bob asked for the digest: once a day he is mailed what waits, and nothing that a memory says."""

import json
from datetime import timedelta
from io import StringIO
from smtplib import SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command

from audit.models import AuditEvent
from console.platform.clock import now
from console.platform.errors import NotPermittedError, WrongStateError
from console.platform.mail_server import mail_server
from console.tenancy.scope import tenant_scope
from memory.actions import subscribe_digest, unsubscribe_digest
from memory.models import DigestSubscription
from memory.reviews.digest import DigestNotSentError, is_time, send_digest
from memory.tasks import send_digests
from tests.cast import remember

SECRET = "Jonas lives in Hamburg."


@pytest.fixture
def wanted(in_acme, rookie, bob):
    subscribe_digest(actor=bob.actor)
    remember(rookie, SECRET)
    return in_acme


def test_bob_is_mailed_counts_and_links_once_a_day(wanted, bob, settings):
    settings.PUBLIC_URL = "https://memory.example"
    with time_machine.travel(now() + timedelta(hours=30)):
        send_digest(wanted.id)
        send_digest(wanted.id)
        [message] = mail.outbox
    assert message.to == [bob.user.email]
    assert message.subject == "Acme: 1 waiting for review, 1 overdue"
    [(page, kind)] = message.alternatives
    assert kind == "text/html"
    for text in (message.body, page):
        assert "https://memory.example/review/" in text
        assert "general" in text
        assert "Jonas" not in text
        assert "rookie" not in text
    with time_machine.travel(now() + timedelta(hours=54)):
        send_digest(wanted.id)
    assert len(mail.outbox) == 2


def test_who_asked_for_nothing_is_sent_nothing(in_acme, rookie, alice, bob):
    remember(rookie, SECRET)
    assert send_digest(in_acme.id).recipients == []
    subscribe_digest(actor=bob.actor)
    unsubscribe_digest(actor=bob.actor)
    send_digest(in_acme.id)
    assert mail.outbox == []


def test_where_nothing_waits_nothing_is_sent(in_acme, bob):
    subscribe_digest(actor=bob.actor)
    send_digest(in_acme.id)
    assert mail.outbox == []
    assert DigestSubscription.objects.get().sent_on is None


def test_who_decides_no_more_is_mailed_no_more(wanted, bob):
    bob.user.is_active = False
    bob.user.save()
    send_digest(wanted.id)
    assert mail.outbox == []


def test_each_is_mailed_alone(wanted, alice):
    subscribe_digest(actor=alice.actor)
    send_digest(wanted.id)
    assert sorted(message.to for message in mail.outbox) == [
        ["alice@acme.example"],
        ["bob@acme.example"],
    ]


def test_what_a_mail_server_did_not_take_is_sent_the_next_time(wanted, monkeypatch):
    def hangs_up(backend, messages):
        raise SMTPServerDisconnected("gone")

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", hangs_up)
        with pytest.raises(DigestNotSentError, match="1 of 1"):
            send_digest(wanted.id)
    send_digest(wanted.id)
    assert len(mail.outbox) == 1


def test_only_people_who_decide_ask_for_it(in_acme, bob, dana, carol, robo):
    for other in (dana, carol, robo):
        with pytest.raises(NotPermittedError):
            subscribe_digest(actor=other.actor)
    subscribe_digest(actor=bob.actor)
    with pytest.raises(WrongStateError, match="already"):
        subscribe_digest(actor=bob.actor)
    unsubscribe_digest(actor=bob.actor)
    with pytest.raises(WrongStateError):
        unsubscribe_digest(actor=bob.actor)
    kinds = AuditEvent.objects.filter(kind__startswith="digest.").values_list("kind", flat=True)
    assert sorted(kinds) == ["digest.subscribed", "digest.unsubscribed"]


def test_the_sweep_mails_from_six_on_and_only_where_there_is_a_mail_server(
    acme, rookie, bob, settings
):
    morning = now().replace(hour=5, minute=59)
    assert not is_time(morning)
    assert is_time(morning + timedelta(minutes=1))
    settings.MAILS = False
    with time_machine.travel(morning + timedelta(hours=3)):
        send_digests()
    assert mail.outbox == []


@pytest.mark.parametrize("dry", [True, False])
def test_the_command_says_what_it_sends_or_would(acme, rookie, bob, dry):
    remember(rookie, SECRET)
    with tenant_scope(acme.id):
        subscribe_digest(actor=bob.actor)
    told = StringIO()
    call_command("send_digest", tenant="acme", json=True, dry_run=dry, stdout=told)
    word = "would_send" if dry else "sent"
    assert json.loads(told.getvalue()) == {"acme": {"waiting": 1, "overdue": 0, word: 1}}
    assert len(mail.outbox) == (0 if dry else 1)


def test_a_mail_server_is_one_address():
    told = mail_server("smtps://bob%40x:p%2Fw@mail.example")
    assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("bob@x", "p/w")
    assert (told["EMAIL_PORT"], told["EMAIL_USE_SSL"], told["EMAIL_USE_TLS"]) == (465, True, False)
    assert mail_server("smtp://mail.example:2525")["EMAIL_USE_TLS"] is True
    assert mail_server("smtp://127.0.0.1:25")["EMAIL_USE_TLS"] is False


@pytest.mark.parametrize("wrong", ["mail.example", "http://mail.example", "smtp://u:pw@h:port"])
def test_an_address_that_is_none_stops_the_start_without_its_password(wrong):
    with pytest.raises(ImproperlyConfigured) as refused:
        mail_server(wrong)
    assert "pw" not in str(refused.value)
