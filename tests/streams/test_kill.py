"""Somebody kills the sender again and again: nothing is lost, and nothing overtakes."""

import json
import os
import random
import signal
import time
import warnings
from datetime import timedelta
from itertools import pairwise

from django.db import connections

from audit.actions import StreamAsked, create_stream
from audit.models.stream import StreamKind, StreamState
from audit.streams import lines, sending
from audit.streams.sending import send_due
from audit.trail import append
from console.accounts.actor import system_actor
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from tests.streams.sequenced import sequence
from tests.webhooks.receiver import receiving

EVENTS = 300
KILLS = 20


def test_a_sender_that_is_killed_again_and_again_loses_nothing(committed_db, settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    monkeypatch.setattr(lines, "MOST_LINES", 3)
    monkeypatch.setattr(sending, "LEASE", timedelta(milliseconds=50))
    acme = create_tenant(slug="acme", name="Acme")
    actor = system_actor(acme.id, "test")
    with receiving() as receiver:
        with tenant_scope(acme.id):
            asked = StreamAsked(name="siem", kind=StreamKind.WEBHOOK, address=receiver.url)
            stream = create_stream(actor=actor, asked=asked, from_beginning=True)
            for _ in range(EVENTS):
                append(actor=actor, kind="memory.recalled")
            size = sequence()
        died = [killed_while_sending(acme.id) for _ in range(KILLS)]
        deadline = time.monotonic() + 60
        while place_of(acme, stream) < size:
            assert time.monotonic() < deadline
            if not send_due(acme.id):
                time.sleep(0.05)
    assert any(died), "it was done before anybody killed it"
    messages = [
        [json.loads(line)["index"] for line in got.body.splitlines()]
        for got in receiver.got
        if got.body  # else killed before it sent any
    ]
    sent = [index for message in messages for index in message]
    assert set(sent) == set(range(size))
    # A repetition begins at or before what was sent last; nothing is left out on the way on.
    assert all(after <= before + 1 for before, after in pairwise(sent))
    first_seen = list(dict.fromkeys(sent))
    assert first_seen == sorted(first_seen)
    assert all(message == list(range(message[0], message[-1] + 1)) for message in messages)


def killed_while_sending(tenant_id) -> bool:
    """Whether it still had something to send when it was killed."""
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the receiver is a thread
        child = os.fork()
    if child == 0:
        try:
            while True:
                if not send_due(tenant_id):
                    time.sleep(0.01)
        finally:
            os._exit(1)
    time.sleep(random.uniform(0.05, 0.2))  # noqa: S311
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def place_of(acme, stream):
    with tenant_scope(acme.id):
        return StreamState.objects.get(id=stream.id).next
