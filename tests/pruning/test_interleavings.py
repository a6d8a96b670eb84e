"""Holds are placed and released while others remove events, at the same time, by chance."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError

from audit.models import AuditEvent, Checkpoint
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import place_hold, release_hold
from tests.proof.log import own_connection, some_events
from tests.pruning.old_log import in_force, told, verification

REMOVALS = 24
LONGEST = 0.02


@pytest.fixture
def acme(committed_db, settings, tmp_path, sealed_ago):
    """Many checkpoints, all of 400 days ago."""
    settings.ANCHOR_DIR = str(tmp_path / "anchors")
    acme = create_tenant(slug="acme", name="Acme")
    for _ in range(REMOVALS):
        some_events(acme, 2)
        sealed_ago(400)
    return acme


def refusal_of(act):
    try:
        act()
    except IntegrityError as refused:
        return str(refused)
    return ""


def old_events():
    return AuditEvent.objects.filter(recorded_at__lt=now() - timedelta(days=300)).count()


def test_while_a_hold_stands_no_event_goes_whoever_is_first(acme, alice):
    in_force(acme, alice)
    with tenant_scope(acme.id):
        young = now() - timedelta(days=300)
        ends = list(Checkpoint.objects.filter(made_at__lt=young).order_by("size"))
    chance, done = random.Random(7), Counter()  # noqa: S311 - pauses

    def hold():
        with tenant_scope(acme.id):
            placed = place_hold(actor=alice.actor, ground="case", since=now())
            before = old_events()
        time.sleep(chance.uniform(0, LONGEST))
        with tenant_scope(acme.id):
            done["lost"] += before - old_events()
            release_hold(actor=alice.actor, hold=placed, reason="closed")
        time.sleep(chance.uniform(0, LONGEST))

    def remove():
        first = 0
        while ends:
            refused = refusal_of(lambda: told(acme, first, ends[0]))  # noqa: B023 - called at once
            if refused:
                assert "a legal hold stands" in refused
                done["refused"] += 1
                continue
            done["removed"] += 1
            first = ends.pop(0).size

    with ThreadPoolExecutor(2) as threads:
        removing = threads.submit(own_connection, remove)
        while not removing.done():
            threads.submit(own_connection, hold).result()
        removing.result()
    assert done["removed"] >= REMOVALS
    assert done["refused"] > 0
    assert done["lost"] == 0
    assert verification()[0] == set()
