"""Audit streams in a browser: named, tested, paused, changed, deleted after a question."""

from datetime import timedelta

import pytest
import time_machine

from audit.actions import StreamAsked, create_stream
from audit.anchors import deliver_new
from audit.models import AuditEvent, AuditStream
from audit.models.stream import Sends, StreamKind, StreamState
from audit.streams.sending import send_due
from audit.tasks import send_streams_in
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.streams.sequenced import a_checkpoint, sequence
from tests.webhooks.receiver import receiving

LIST = "/settings/audit-streams/"
URL = "https://siem.example.com/mnemoscope"
FORM = {
    "name": "Our SIEM",
    "sends": "events",
    "kind": "webhook",
    "address": URL,
    "format": "json",
    "with_words": "no",
    "certificates": "",
    "begins": "now",
}


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as one:
        yield one


@pytest.fixture
def stream(acme, alice, receiver):
    return a_stream(acme, alice, "Our SIEM", receiver.url)


def a_stream(acme, alice, name, address, sends="events"):
    asked = StreamAsked(name=name, kind=StreamKind.WEBHOOK, address=address, sends=Sends(sends))
    with tenant_scope(acme.id):
        sequence()
        return create_stream(actor=alice.actor, asked=asked, from_beginning=True).stream


def page_of(stream, rest=""):
    return f"{LIST}{stream.id}{rest}"


def text(response):
    return " ".join(response.content.decode().split())


def kinds(acme):
    with tenant_scope(acme.id):
        return set(
            AuditEvent.objects.filter(kind__startswith="stream.").values_list("kind", flat=True)
        )


def test_alice_adds_a_stream_and_sees_its_secret_once(desk, acme, alice):
    client = desk(alice)
    assert "No streams yet" in text(client.get(LIST))
    with tenant_scope(acme.id):
        size = sequence()
    response = client.post(LIST + "new", FORM)
    secret = response.context["issued"].secret
    assert secret in text(response)
    assert "no-store" in response["Cache-Control"]
    with tenant_scope(acme.id):
        stream = AuditStream.objects.get()
        assert StreamState.objects.get(id=stream.id).next == size
    assert (stream.name, stream.address, stream.with_words) == ("Our SIEM", URL, False)
    shown = text(client.get(LIST)) + text(client.get(page_of(stream)))
    assert "Our SIEM" in shown
    assert secret not in shown
    assert kinds(acme) == {"stream.created"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"address": "http://siem.example.com/"}, "Begin with https://"),
        ({"address": "https://10.0.0.1/"}, "private network"),
        ({"kind": "syslog", "address": "udp://siem.example.com:514"}, "Write tls://"),
        ({"kind": "timestamp"}, "A timestamp authority is sent checkpoints."),
        ({"kind": "timestamp", "sends": "checkpoints"}, "root certificate"),
        ({"certificates": "x"}, "checked as browsers do"),
        ({"name": ""}, "required"),
        ({"begins": "yesterday"}, "valid choice"),
    ],
)
def test_a_form_that_does_not_hold_makes_no_stream(desk, acme, alice, fields, said):
    response = desk(alice).post(LIST + "new", FORM | fields)
    assert response.status_code == 422
    assert said in text(response)
    with tenant_scope(acme.id):
        assert not AuditStream.objects.exists()


def test_two_streams_have_two_names(desk, acme, alice, stream):
    response = desk(alice).post(LIST + "new", FORM)
    assert response.status_code == 422
    assert "Another stream has this name" in text(response)


def test_dana_reads_them_and_changes_nothing_and_carol_sees_none(desk, acme, dana, carol, stream):
    client = desk(dana)
    assert "Our SIEM" in text(client.get(LIST))
    shown = text(client.get(page_of(stream)))
    assert "Send a test</button>" not in shown
    assert client.get(LIST + "new").status_code == 404
    for rest in ("/edit", "/delete", "/renew"):
        assert client.get(page_of(stream, rest)).status_code == 404
    for rest in ("/test", "/pause", "/resume", "/delete"):
        assert client.post(page_of(stream, rest)).status_code == 404
    assert desk(carol).get(LIST).status_code == 404
    assert desk(carol).get(page_of(stream)).status_code == 404
    assert kinds(acme) == {"stream.created"}


def test_mallory_finds_no_stream_of_acmes(desk, mallory, stream):
    assert desk(mallory).get(page_of(stream)).status_code == 404
    assert desk(mallory).post(page_of(stream, "/delete")).status_code == 404
    assert "Our SIEM" not in text(desk(mallory).get(LIST))


def test_a_test_goes_out_at_once_and_its_outcome_is_shown(desk, acme, alice, stream, receiver):
    client = desk(alice)
    client.post(page_of(stream, "/pause"))
    client.post(page_of(stream, "/test"))
    assert "on its way" in text(client.get(page_of(stream)))
    send_due(acme.id)
    assert b'"test"' in receiver.got[-1].body
    assert receiver.got[-1].headers["mnemoscope-stream"] == "test"
    assert 'data-tone="ok">taken</span>' in text(client.get(page_of(stream)))
    with tenant_scope(acme.id):
        assert StreamState.objects.get(id=stream.id).next == 0
    receiver.status = 401
    client.post(page_of(stream, "/test"))
    send_due(acme.id)
    shown = text(client.get(page_of(stream)))
    assert 'data-mark="bar">failed</span>' in shown
    assert "It answered that it does not take it." in shown


def test_what_fails_says_why_and_since_when(desk, acme, alice, stream, receiver):
    receiver.status = 503
    send_due(acme.id)
    shown = text(desk(alice).get(page_of(stream)))
    assert 'data-mark="bar">failing</span>' in shown
    assert "It answered 503, not 2xx." in shown
    assert "It answered 503, not 2xx." in text(desk(alice).get(LIST))


def test_pausing_and_resuming_goes_on_from_where_it_stood(desk, acme, alice, stream, receiver):
    client = desk(alice)
    assert "Paused" in text(client.post(page_of(stream, "/pause"), follow=True))
    assert client.post(page_of(stream, "/pause")).status_code == 409
    assert send_due(acme.id) == []
    client.post(page_of(stream, "/resume"))
    send_due(acme.id)
    assert receiver.got[0].headers["mnemoscope-first"] == "0"
    assert kinds(acme) >= {"stream.paused", "stream.resumed"}


def test_a_change_keeps_the_secret_and_the_place(desk, acme, alice, stream, receiver):
    send_due(acme.id)
    with tenant_scope(acme.id):
        before = AuditStream.objects.get(), StreamState.objects.get(id=stream.id).next
    changed = {**FORM, "name": "Another name", "with_words": "yes"}
    client = desk(alice)
    assert "Our SIEM" in text(client.get(page_of(stream, "/edit")))
    assert client.post(page_of(stream, "/edit"), changed).status_code == 302
    with tenant_scope(acme.id):
        after = AuditStream.objects.get()
        assert (after.name, after.with_words, after.address) == ("Another name", True, URL)
        assert bytes(after.wrapped) == bytes(before[0].wrapped)
        assert StreamState.objects.get(id=stream.id).next == before[1]
        event = AuditEvent.objects.get(kind="stream.edited")
    assert event.payload == {"changed": ["name", "address", "with_words"]}


def test_a_new_secret_takes_the_place_of_the_old_one(desk, acme, alice, stream):
    client = desk(alice)
    assert "counts no more" in text(client.get(page_of(stream, "/renew")))
    response = client.post(page_of(stream, "/renew"))
    assert response.context["issued"].secret in text(response)
    assert "stream.secret_renewed" in kinds(acme)


def test_deleting_asks_first_and_says_what_is_not_sent(desk, acme, alice, stream):
    client = desk(alice)
    assert "events that it was not sent yet" in text(client.get(page_of(stream, "/delete")))
    assert client.post(page_of(stream, "/delete")).status_code == 302
    with tenant_scope(acme.id):
        assert not AuditStream.objects.exists()
        assert not StreamState.objects.exists()
    assert "stream.deleted" in kinds(acme)


def test_the_page_says_how_far_the_log_is_anchored(desk, settings, tmp_path, acme, dana):
    settings.ANCHOR_DIR = str(tmp_path)
    client = desk(dana)
    assert "Not begun" in text(client.get(LIST))
    with tenant_scope(acme.id):
        a_checkpoint()
    deliver_new(acme.id)
    assert "all of it" in text(client.get(LIST))
    (tmp_path / f"{acme.id}.log").write_text('{"note":"mnemoscope-checkpoint 9 x"}\n')
    deliver_new(acme.id)
    shown = text(client.get(LIST))
    assert (
        'data-mark="bar">forked</span> It holds a checkpoint that the log does not have.' in shown
    )
    assert "history was rewritten" in text(client.get("/notices/"))


def test_a_stream_that_is_behind_stands_in_the_notices(desk, acme, alice, dana, stream, receiver):
    receiver.status = 500
    with time_machine.travel(now() + timedelta(minutes=20), tick=True):
        send_streams_in(tenant_id=str(acme.id))
        assert page_of(stream) in text(desk(dana).get("/notices/"))


def test_more_streams_cost_a_bounded_number_of_statements(
    desk, acme, alice, dana, stream, django_assert_max_num_queries
):
    client = desk(dana)
    client.get(LIST)
    with django_assert_max_num_queries(60) as few:
        client.get(LIST)
    for number in range(5):
        a_stream(acme, alice, f"another {number}", URL)
    with django_assert_max_num_queries(len(few)) as _:
        client.get(LIST)
