"""What was kept long enough past its end loses its words; the evidence of it stays."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.platform.errors import NotPermittedError
from memory.actions import (
    activate_policy,
    expire_memory,
    forget_memories,
    place_hold,
    retire_memory,
    save_policy,
)
from memory.models import Memory, MemoryVersion, SealedContent, State
from memory.retention.sweep import carry_out
from memory.sealing import open_versions
from memory.verification import check_memories
from tests.cast import a_memory
from tests.policies.conftest import a_rule

WORDS = "Jonas lives in Hamburg."


@pytest.fixture
def ended(in_acme, robo, bob):
    """Kept for 90 days past its end, by the policy that ships."""
    memory = a_memory(robo, WORDS)
    return expire_memory(actor=bob.actor, memory=memory, reason="outdated")


def later(**time):
    return time_machine.travel(now() + timedelta(**time), tick=True)


def forget_expired(tenant_id):
    """How many memories the sweep took the words of."""
    report = carry_out(tenant_id, {})
    lines = report.lines if report else []
    return sum(line["count"] for line in lines if line["store"] == "words")


def words():
    return [version.content for version in open_versions(MemoryVersion.objects.all())]


def test_its_words_stay_until_their_time_and_go_after(ended, acme):
    with later(days=89):
        assert forget_expired(acme.id) == 0
        assert words() == [WORDS]
    with later(days=91):
        assert forget_expired(acme.id) == 1
        assert words() == [""]
        assert not SealedContent.objects.exists()
        assert Memory.objects.get().state == State.ERASED
        event = AuditEvent.objects.get(kind="memory.forgotten")
        assert (event.object_id, event.payload["was"]) == (ended.id, "expired")
        assert forget_expired(acme.id) == 0


def test_what_was_forgotten_is_not_mistaken_for_tampering(ended, acme):
    with later(days=91):
        forget_expired(acme.id)
        assert check_memories(acme.id, lambda _done: None).problems == []


def test_a_policy_says_for_how_long(in_acme, acme, alice, robo):
    rule = a_rule("briefly", effect=None, ttl="1h", retention="1d")
    version = save_policy(actor=alice.actor, body={"rules": [rule]})
    activate_policy(actor=alice.actor, version=version)
    memory = a_memory(robo, WORDS)
    retire_memory(actor=alice.actor, memory=memory, reason="mistake")
    with later(hours=24):
        assert forget_expired(acme.id) == 0
    with later(hours=26):
        assert forget_expired(acme.id) == 1


def test_what_is_in_force_is_never_forgotten(in_acme, acme, robo):
    a_memory(robo, WORDS)
    with later(days=170):
        assert forget_expired(acme.id) == 0
    assert words() == [WORDS]


def test_a_legal_hold_keeps_the_words(ended, acme, alice):
    place_hold(actor=alice.actor, memory=ended, ground="case 7")
    with later(days=900):
        assert forget_expired(acme.id) == 0
        system = system_actor(acme.id, "test")
        assert forget_memories(actor=system, memory_ids=[ended.id]).changed == []
    assert words() == [WORDS]


def test_a_reader_makes_nothing_forgotten(ended, carol):
    with later(days=91), pytest.raises(NotPermittedError):
        forget_memories(actor=carol.actor, memory_ids=[ended.id])
    assert words() == [WORDS]
