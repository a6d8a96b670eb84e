"""Removing something while alice is placing a hold over it."""

import threading
import time

import pytest
from django.db import connection
from django.db.utils import IntegrityError

from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.errors import LegalHoldError
from console.tenancy.scope import tenant_scope
from memory.actions import place_hold, retire_memory
from memory.holds import standing_holds
from memory.models import LegalHold, Memory, SealedContent, State
from tests.cast import a_memory, a_person, an_agent
from tests.threads import at_once

GROUND = "Case 7 O 12/26"


@pytest.fixture
def placing(committed_db):
    """A committed memory, and a way to do something while alice's hold is not yet committed."""
    acme = create_tenant(slug="acme", name="Acme")
    alice, robo = a_person(acme, "alice", Role.OWNER), an_agent(acme, "robo")
    memory = a_memory(robo)
    placed = threading.Event()

    def meanwhile(act):
        def either(number):
            if number:
                placed.wait(10)
                return act(memory, alice)
            place_hold(actor=alice.actor, ground=GROUND, memory=memory)
            placed.set()
            time.sleep(0.5)
            return None

        return [result for result in at_once(acme, either) if result is not None]

    return acme, meanwhile


def test_control_a_plain_look_does_not_see_a_hold_that_is_being_placed(placing):
    _acme, meanwhile = placing
    assert meanwhile(lambda memory, _alice: not standing_holds(memory).exists()) == [True]


def test_a_deletion_while_a_hold_is_being_placed_waits_for_it_and_is_refused(placing):
    acme, meanwhile = placing
    [refused] = meanwhile(
        lambda memory, alice: retire_memory(actor=alice.actor, memory=memory, reason="x")
    )
    assert isinstance(refused, LegalHoldError)
    with tenant_scope(acme.id):
        assert Memory.objects.get().state == State.ACTIVE
        assert LegalHold.objects.get().stands


@pytest.fixture
def older_snapshots(committed_db):
    """This connection reads as of its transaction's first statement."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_isolation = 'repeatable read'")
    yield
    connection.close()


def test_under_an_older_snapshot_nothing_is_removed_at_all(older_snapshots):
    """It would not see a hold placed since, and delete what that keeps."""
    acme = create_tenant(slug="acme", name="Acme")
    a_memory(an_agent(acme, "robo"))
    with tenant_scope(acme.id), pytest.raises(IntegrityError, match="READ COMMITTED"):
        SealedContent.objects.all().delete()
    with tenant_scope(acme.id):
        assert SealedContent.objects.count() == 1
