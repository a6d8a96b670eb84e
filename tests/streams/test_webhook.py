"""The log goes to a SIEM by webhook: everything, in its order, and signed."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from standardwebhooks import Webhook

from audit.models import AuditEvent, AuditStream, LogLeaf
from audit.models.stream import StreamState
from audit.proof.entry import entry_of
from audit.proof.merkle import leaf_hash
from audit.streams import lines, sending
from audit.streams.sending import send_due
from audit.tasks import send_streams_in
from console.keys.models import Purpose
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import order_rotation, rewrap_keys, rotate_due_keys
from tests.cast import a_memory
from tests.streams.sequenced import sequence


@pytest.fixture
def log(acme, robo):
    """Makes so many more events than there are."""

    def grow(count):
        for number in range(count):
            a_memory(robo, f"The customer has {number} orders.")
        with tenant_scope(acme.id):
            return sequence()

    return grow


def send_all(acme):
    while any(not one.error for one in send_due(acme.id)):
        pass


def got_lines(receiver):
    return [json.loads(line) for got in receiver.got for line in got.body.splitlines()]


def signature_of(secret, got):
    """By somebody else's library; its own verify() wants one JSON document."""
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), tz=UTC)
    return Webhook(secret).sign(got.headers["webhook-id"], at, got.body.decode())


def state_of(acme, issued):
    with tenant_scope(acme.id):
        return StreamState.objects.get(id=issued.id)


def test_every_event_is_sent_once_in_the_order_of_the_log(acme, log, receiver, a_stream):
    issued = a_stream(receiver.url)
    size = log(3)
    send_all(acme)
    assert [line["index"] for line in got_lines(receiver)] == list(range(size))
    size = log(2)
    send_all(acme)
    assert [line["index"] for line in got_lines(receiver)] == list(range(size))
    assert state_of(acme, issued).next == size
    assert send_due(acme.id) == []


def test_a_line_holds_the_bytes_that_the_log_hashed(acme, log, receiver, a_stream):
    a_stream(receiver.url)
    log(1)
    send_all(acme)
    sent = [line for got in receiver.got for line in got.body.splitlines()]
    with tenant_scope(acme.id):
        leaves = [bytes(leaf.leaf_hash) for leaf in LogLeaf.objects.order_by("index")]
    entries = [line[line.index(b'"entry":') + 8 : line.rindex(b',"words":')] for line in sent]
    assert [leaf_hash(entry) for entry in entries] == leaves


@pytest.mark.parametrize("with_words", [False, True])
def test_names_and_notes_leave_the_house_only_where_alice_wants_it(
    acme, log, receiver, a_stream, with_words
):
    a_stream(receiver.url, with_words=with_words)
    log(1)
    send_all(acme)
    said = b"".join(got.body for got in receiver.got)
    assert (b'"actor_label":"robo"' in said) is with_words
    words = [line["words"] for line in got_lines(receiver)]
    assert all(words) if with_words else not any(words)


def test_each_message_is_signed_and_says_what_it_holds(acme, log, receiver, a_stream, monkeypatch):
    monkeypatch.setattr(lines, "MOST_LINES", 2)
    issued = a_stream(receiver.url)
    log(2)
    send_all(acme)
    for got in receiver.got:
        held = [json.loads(line)["index"] for line in got.body.splitlines()]
        assert (got.headers["mnemoscope-first"], got.headers["mnemoscope-last"]) == (
            str(held[0]),
            str(held[-1]),
        )
        assert got.headers["mnemoscope-tenant"] == str(acme.id)
        assert got.headers["content-type"] == "application/x-ndjson"
        assert got.headers["webhook-signature"] == signature_of(issued.secret, got)
    ids = [got.headers["webhook-id"] for got in receiver.got]
    assert len(set(ids)) == len(ids) > 1


def test_from_now_leaves_out_what_was_before(acme, log, receiver, a_stream):
    before = log(2)
    a_stream(receiver.url, from_beginning=False)
    size = log(1)
    send_all(acme)
    assert [line["index"] for line in got_lines(receiver)] == list(range(before, size))


def test_what_is_refused_is_sent_again_and_nothing_overtakes_it(acme, log, receiver, a_stream):
    issued = a_stream(receiver.url)
    size = log(1)
    receiver.status = 503
    [result] = send_due(acme.id)
    assert (result.error, result.status) == ("status", 503)
    state = state_of(acme, issued)
    assert (state.next, state.attempts, state.last_error, state.last_status) == (
        0,
        1,
        "status",
        503,
    )
    assert send_due(acme.id) == []
    receiver.status = 204
    log(1)
    with time_machine.travel(now() + timedelta(seconds=6), tick=True):
        send_all(acme)
    _refused, *taken = receiver.got
    sent = [json.loads(line)["index"] for got in taken for line in got.body.splitlines()]
    assert sent[:size] == list(range(size))
    assert all(after == before + 1 for before, after in pairwise(sent))
    state = state_of(acme, issued)
    assert (state.attempts, state.last_error, state.failing_since) == (0, "", None)


def test_a_sender_that_dies_between_sending_and_noting_it_repeats_itself_recognisably(
    acme, log, receiver, a_stream, monkeypatch
):
    issued = a_stream(receiver.url)
    size = log(1)

    class Killed(BaseException):
        pass

    def die(_):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(sending, "record", die)
        with pytest.raises(Killed):
            send_due(acme.id)
    assert send_due(acme.id) == []  # its lease stands
    with time_machine.travel(now() + sending.LEASE, tick=True):
        send_all(acme)
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert state_of(acme, issued).next == size


def test_an_event_that_is_kept_no_longer_leaves_its_place(acme, log, receiver, a_stream):
    with tenant_scope(acme.id):
        leaf = LogLeaf.objects.create(index=0, leaf_hash=bytes(32))
    a_stream(receiver.url)
    log(1)
    send_all(acme)
    first, *others = got_lines(receiver)
    assert first == {"index": 0, "id": str(leaf.id), "entry": None, "words": None}
    assert all(line["entry"] for line in others)


def test_one_tenant_is_never_sent_what_is_anothers(acme, globex, mallory, log, receiver, a_stream):
    a_stream(receiver.url)
    a_memory(mallory, "globex has a secret")
    with tenant_scope(globex.id):
        sequence()
    log(1)
    send_all(acme)
    assert send_due(globex.id) == []
    assert {line["entry"]["tenant"] for line in got_lines(receiver)} == {str(acme.id)}


def test_alice_is_told_once_of_a_receiver_that_is_far_behind(acme, log, receiver, a_stream):
    issued = a_stream(receiver.url)
    log(1)
    receiver.status = 500
    for minutes in (1, 17, 40):
        with time_machine.travel(now() + timedelta(minutes=minutes), tick=True):
            send_streams_in(tenant_id=str(acme.id))
        with tenant_scope(acme.id):
            told = list(AuditEvent.objects.filter(kind="stream.behind"))
        assert len(told) == (minutes > 15)
    [event] = told
    assert (event.object_id, event.payload["error"], event.payload["status"]) == (
        issued.id,
        "status",
        500,
    )
    receiver.status = 204
    with time_machine.travel(now() + timedelta(minutes=60), tick=True):
        send_streams_in(tenant_id=str(acme.id))
    assert state_of(acme, issued).behind_at is None


def test_a_secret_is_kept_sealed(acme, receiver, a_stream):
    issued = a_stream(receiver.url)
    with tenant_scope(acme.id):
        kept = bytes(AuditStream.objects.get().wrapped)
    assert b64decode(issued.secret.removeprefix("whsec_")) not in kept


def test_the_entry_of_each_line_is_that_of_its_event(acme, log, receiver, a_stream):
    a_stream(receiver.url)
    log(1)
    send_all(acme)
    with tenant_scope(acme.id):
        entries = {str(event.id): json.loads(entry_of(event)) for event in AuditEvent.objects.all()}
    assert {line["entry"]["id"]: line["entry"] for line in got_lines(receiver)} == entries


def test_a_secret_moves_under_the_next_wrapping_key_and_stays_the_same(
    acme, alice, log, receiver, a_stream
):
    issued = a_stream(receiver.url)
    log(1)
    with tenant_scope(acme.id):
        order_rotation(actor=alice.actor, purpose=Purpose.WRAP)
        rotate_due_keys(actor=alice.actor, limit=10)
        rewrap_keys(actor=alice.actor, limit=100)
        stream = AuditStream.objects.select_related("wrapped_by").get()
        assert stream.wrapped_by.generation == 2
    send_all(acme)
    [got] = receiver.got
    assert signature_of(issued.secret, got) == got.headers["webhook-signature"]
