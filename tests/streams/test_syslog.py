"""The log goes to a SIEM by syslog: one message per event, and on only once they are taken."""

import json
import re
from datetime import timedelta

import pytest
import time_machine

from audit.models.stream import StreamState
from audit.streams.sending import LEASE, send_due
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from console.platform.outbound import OutboundError
from console.platform.outbound_line import send_lines
from console.tenancy.scope import tenant_scope
from tests.streams.receivers import syslog_receiving
from tests.streams.sequenced import a_checkpoint, sequence
from tests.streams.test_webhook import send_all
from tests.webhooks.receiver import a_certificate

# RFC 5424 §6, as far as we use it.
MESSAGE = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (?P<host>[!-~]{1,255})"
    r" mnemoscope - (?P<msgid>[!-~]{1,32}) \[mnemoscope@32473(?P<data>( [a-z]+=\"[^\"\\\]]*\")+)\]"
    r" (?P<text>.*)",
    re.DOTALL,
)


def parsed(message):
    found = MESSAGE.fullmatch(message.decode())
    assert found, message
    return found


def data_of(found):
    return dict(re.findall(r'([a-z]+)="([^"]*)"', found["data"]))


def test_each_event_is_a_message_in_the_order_of_the_log(acme, robo, collector, a_stream):
    a_stream(collector.address, kind="syslog")
    with tenant_scope(acme.id):
        size = sequence()
    send_all(acme)
    found = [parsed(message) for message in collector.messages]
    assert [data_of(one)["index"] for one in found] == [str(index) for index in range(size)]
    for one in found:
        line = json.loads(one["text"])
        assert data_of(one) == {
            "index": str(line["index"]),
            "tenant": str(acme.id),
            "id": line["entry"]["id"],
        }
        assert one["msgid"] == line["entry"]["action"][:32]
        assert one["at"] == line["entry"]["at"]
        assert one["pri"] == ("108" if line["entry"]["outcome"] == "refused" else "109")


def test_a_receiver_that_dies_before_it_has_read_is_sent_the_same_again(
    acme, robo, collector, a_stream
):
    issued = a_stream(collector.address, kind="syslog")
    with tenant_scope(acme.id):
        size = sequence()
    collector.resets = True
    [result] = send_due(acme.id)
    assert result.error == "broken_connection"
    with tenant_scope(acme.id):
        assert StreamState.objects.get(id=issued.id).next == 0
    collector.resets = False
    with time_machine.travel(now() + timedelta(seconds=6), tick=True):
        send_all(acme)
    assert len(collector.messages) == size


def test_checkpoints_go_by_syslog_too(acme, collector, a_stream):
    with tenant_scope(acme.id):
        a_stream(collector.address, kind="syslog", sends="checkpoints")
        notes = [a_checkpoint().note for _ in range(2)]
    send_all(acme)
    found = [parsed(message) for message in collector.messages]
    assert [data_of(one)["checkpoint"] for one in found] == ["1", "2"]
    assert [json.loads(one["text"])["note"] for one in found] == notes


@pytest.mark.parametrize("trusted", [True, False])
def test_by_tls_the_receiver_must_be_who_it_says(settings, tmp_path, trusted):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    certificate, other = a_certificate(tmp_path), tmp_path / "other"
    other.mkdir()
    vouches = certificate if trusted else a_certificate(other)
    with syslog_receiving(certificate) as receiver:
        address = receiver.address
        roots = vouches.read_text().split("-----BEGIN PRIVATE")[0]
        if trusted:
            send_lines(address, body=b"5 hello" * 100_000, seconds=20, roots=roots)
            assert receiver.messages == [b"hello"] * 100_000
        else:
            with pytest.raises(OutboundError, match="tls"):
                send_lines(address, body=b"5 hello", seconds=5, roots=roots)
            assert receiver.messages == []


def test_a_receiver_that_never_closes_is_given_up_in_time(settings, collector):
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(OutboundError, match="timeout"):
            send_lines(address, body=b"5 hello", seconds=0.5)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("udp://siem.example.com:514", "tls://"),
        ("siem.example.com:6514", "tls://"),
        ("tls://siem.example.com", "tls://"),
        ("tls://siem.example.com:25", "port"),
        ("tls://user@siem.example.com:6514", "nothing but"),
        ("tls://siem.example.com:6514/x", "nothing but"),
        ("tls://10.0.0.1:6514", "private network"),
        ("tls://[::1]:6514", "private network"),
        ("tls://169.254.169.254:6514", "private network"),
        ("tcp://siem.example.com:601", "read on the way"),
        ("tcp://10.0.0.1:601", "read on the way"),
    ],
)
def test_an_address_that_is_none_or_leads_into_a_private_network_is_refused(
    acme, a_stream, address, said
):
    with pytest.raises(InvalidInputError, match=said):
        a_stream(address, kind="syslog")


def test_a_name_that_leads_into_a_private_network_is_refused_when_connecting():
    with pytest.raises(OutboundError, match="address_refused"):
        send_lines("tls://localhost:6514", body=b"5 hello", seconds=2)


def test_what_can_be_read_on_the_way_stays_in_a_private_network(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with pytest.raises(OutboundError, match="address_refused"):
        send_lines("tcp://1.1.1.1:601", body=b"5 hello", seconds=2)


def test_a_lease_outlasts_a_try():
    from audit.streams.parcels import SECONDS  # noqa: PLC0415

    assert timedelta(seconds=2 * SECONDS) < LEASE
