"""What the posture says of checks, by people and by themselves, and of what has a deadline."""

from datetime import timedelta

import pytest
import time_machine

from audit.trail import append
from console.access_review.actions import start_access_review
from console.access_review.models import AccessReview, Line
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from console.web.screens.overview import overview_screen
from memory.desk import receive_request
from memory.models import IsolationProbe
from tests.cast import a_memory
from tests.web.test_overview import busy, rows_at, tiles

__all__ = ["busy"]


def an_access_review(tenant, **fields):
    with tenant_scope(tenant.id):
        made = AccessReview.objects.create(
            started_by_id=uuid7(), started_by_label="alice", **fields
        )
        append(
            actor=system_actor(tenant.id, "test"), kind="access_review.closed", object_id=made.id
        )


@pytest.mark.parametrize(
    ("after", "closed", "value", "asks"),
    [
        (1, None, "not yet", ""),
        (91, None, "never", "access never reviewed"),
        (95, 10, "2 mo ago", ""),
        (105, 10, "3 mo ago", "access last reviewed 3 mo ago"),
    ],
)
def test_alice_is_told_when_access_was_last_reviewed(acme, alice, after, closed, value, asks):
    if closed:
        an_access_review(acme, closed_at=now() + timedelta(days=closed))
    with time_machine.travel(now() + timedelta(days=after)):
        tile = tiles(alice)["Access reviewed"]
    assert (tile.value, tile.asks) == (value, asks)
    assert tile.href == "/settings/access-review/"


def test_a_review_of_access_that_is_under_way_says_what_waits(acme, alice):
    with tenant_scope(acme.id):
        start_access_review(actor=alice.actor)
        waiting = Line.objects.count()
    told = tiles(alice)["Access reviewed"].note
    assert told == f"under way: {waiting} grants without an answer"


def test_bob_who_reads_no_members_is_told_nothing_of_access(acme, bob, dana):
    assert "Access reviewed" in tiles(dana)
    assert "Access reviewed" not in tiles(bob)


def test_a_broken_seal_is_told_before_all_else(busy, acme, alice):
    with tenant_scope(acme.id):
        append(kind="memory.verified", actor=alice.actor, payload={"versions": 6, "problems": 2})
        first = overview_screen(alice.actor).headline.concerns[0]
    assert first.tone == "danger"
    assert tiles(alice)["Memories verified"].asks == "2 problems in memories"


@pytest.mark.parametrize("label", ["Memories verified", "Cross-tenant leaks"])
def test_nothing_is_claimed_before_it_was_checked(acme, alice, label):
    tile = tiles(alice)[label]
    assert (tile.value, tile.tone, tile.asks) == ("not yet", "neutral", "")


@pytest.mark.parametrize("label", ["Memories verified", "Cross-tenant leaks"])
def test_what_checks_itself_and_did_not_for_hours_is_somebodys_business(acme, alice, label):
    with time_machine.travel(now() + timedelta(hours=2)):
        tile = tiles(alice)[label]
    assert (tile.value, tile.tone) == ("never", "warn")
    assert tile.asks


@pytest.mark.parametrize(
    ("probe", "value", "asks"),
    [
        ({"leaks": ["out: sql memory_memory"]}, "1", "1 probe saw through a wall between tenants"),
        ({"is_blind": True}, "blind", "the isolation probe is blind"),
        ({"at": now() - timedelta(hours=2)}, "0", "isolation last probed 2 h ago"),
        ({}, "0", ""),
    ],
)
def test_what_a_probe_saw_or_that_there_was_none_is_told(desk, acme, alice, probe, value, asks):
    with tenant_scope(acme.id):
        IsolationProbe.objects.create(looks=90, took_ms=40, **probe)
    tile = tiles(alice)["Cross-tenant leaks"]
    assert (tile.value, tile.asks) == (value, asks)
    assert rows_at(desk(alice), tile.href) == 1


@pytest.mark.parametrize(
    ("days", "tone", "asks"),
    [
        (20, "hold", "1 request open"),
        (2, "warn", "a request is due in 1 d"),
        (-1, "danger", "1 request past the deadline"),
    ],
)
def test_erasure_requests_are_told_against_their_deadline(
    desk, acme, alice, robo, days, tone, asks
):
    memory = a_memory(robo, subject="customer-1")
    with tenant_scope(acme.id):
        receive_request(
            actor=alice.actor,
            subject=memory.subject,
            asked_by="Jonas",
            identity_check="Called back.",
            received_at=now() - timedelta(days=25),
            due_at=now() + timedelta(days=days),
        )
    tile = tiles(alice)["People's requests"]
    assert (tile.value, tile.tone, tile.asks) == ("1", tone, asks)
    assert rows_at(desk(alice), tile.href) == 1


def test_probes_are_for_those_who_audit(desk, acme, alice, carol, mallory):
    with tenant_scope(acme.id):
        IsolationProbe.objects.create(looks=90, took_ms=40, leaks=["out: sql memory_memory"])
    assert "out: sql memory_memory" in desk(alice).get("/isolation/").content.decode()
    assert desk(carol).get("/isolation/").status_code == 404
    page = desk(mallory).get("/isolation/").content.decode()
    assert "memory_memory" not in page
    assert "Not probed yet" in page
