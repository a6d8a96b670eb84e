"""Two requests with one Idempotency-Key at the same moment."""

import threading
import time
from types import SimpleNamespace

import pytest
from django.db import connections

from console.accounts.models import IdempotentAnswer
from console.administration import create_tenant
from console.api import idempotency
from console.api.v1 import memories
from console.platform.errors import UnavailableError
from console.tenancy.scope import tenant_scope
from memory.models import Memory
from tests.api.door import door_of
from tests.cast import an_agent

WRITE = {"content": "Jonas prefers e-mail."}


@pytest.fixture
def raced(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    return acme, an_agent(acme, "robo")


def two_at_once(robo):
    """The answers of two writes under one key, let go together, each on its own connection."""
    gate = threading.Barrier(2)
    answers = []

    def write():
        try:
            gate.wait(10)
            answers.append(door_of(robo).post("memories", WRITE, Idempotency_Key="one"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def slow_write(monkeypatch, *, fails_first=False):
    """A write that takes long enough for the other request to arrive in its midst."""
    write_memory = memories.write_memory
    calls = []

    def slow(**fields):
        calls.append(fields)
        time.sleep(0.5)
        if fails_first and len(calls) == 1:
            raise UnavailableError
        return write_memory(**fields)

    monkeypatch.setattr(memories, "write_memory", slow)
    return calls


def test_control_looking_before_writing_lets_both_write(raced, monkeypatch):
    acme, robo = raced
    both_have_looked = threading.Barrier(2)

    def look(api_key_id, key, _digest):
        assert not IdempotentAnswer.objects.filter(api_key_id=api_key_id, key=key).exists()
        both_have_looked.wait(10)
        return SimpleNamespace(status=None, body=None, save=lambda **_: None)

    monkeypatch.setattr(idempotency, "_claim", look)
    assert [answer.status_code for answer in two_at_once(robo)] == [201, 201]
    with tenant_scope(acme.id):
        assert Memory.objects.count() == 2


def test_of_two_at_once_the_second_waits_and_is_told_the_same(raced, monkeypatch):
    acme, robo = raced
    calls = slow_write(monkeypatch)
    first, second = two_at_once(robo)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len(calls) == 1
    assert [("Idempotent-Replayed" in answer) for answer in (first, second)].count(True) == 1
    with tenant_scope(acme.id):
        assert Memory.objects.count() == 1


def test_when_the_first_fails_the_second_writes(raced, monkeypatch):
    acme, robo = raced
    slow_write(monkeypatch, fails_first=True)
    answers = two_at_once(robo)
    assert sorted(answer.status_code for answer in answers) == [201, 503]
    with tenant_scope(acme.id):
        assert Memory.objects.count() == 1
