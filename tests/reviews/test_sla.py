"""Each queue gives its items a time; what passes it is told once, and counted."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent
from console.platform.clock import now
from memory.actions import (
    activate_policy,
    breach,
    claim_next,
    decide_review,
    note_breaches,
    save_policy,
    save_queue,
)
from memory.actions.decide import Decision
from memory.models import ReviewItem
from memory.reviews.figures import QueueFigures
from memory.reviews.sla import Clock, clock_of, queue_counts
from memory.tasks import watch_reviews_of
from tests.cast import remember
from tests.policies.conftest import a_rule

HOUR = timedelta(hours=1)


@pytest.fixture
def security(in_acme, alice):
    """All writes wait in the queue "security", as urgent."""
    rule = a_rule("all", queue="security", priority="urgent", because="Look.")
    version = save_policy(actor=alice.actor, body={"rules": [rule]})
    activate_policy(actor=alice.actor, version=version)


def test_an_item_is_due_as_a_queue_that_nobody_configured_has_it(in_acme, rookie):
    review = remember(rookie, "Jonas lives in Hamburg.").review
    kept = ReviewItem.objects.get()
    assert (kept.queue, kept.due_at) == ("", kept.opened_at + 24 * HOUR)
    assert clock_of(review, kept.opened_at + 17 * HOUR) == Clock.IN_TIME
    assert clock_of(review, kept.opened_at + 18 * HOUR) == Clock.DUE_SOON
    assert clock_of(review, kept.due_at) == Clock.BREACHED


def test_an_item_is_due_as_its_queue_says_when_it_comes(security, alice, robo):
    figures = QueueFigures(sla_urgent=600)
    save_queue(actor=alice.actor, name="security", figures=figures)
    remember(robo, "One.")
    save_queue(actor=alice.actor, name="security", figures=QueueFigures(sla_urgent=1200))
    remember(robo, "Two.")
    waits = [item.due_at - item.opened_at for item in ReviewItem.objects.order_by("id")]
    assert waits == [timedelta(minutes=10), timedelta(minutes=20)]


def test_a_decided_items_clock_stands_still(in_acme, rookie, bob):
    review = remember(rookie, "Jonas lives in Hamburg.").review
    decided = decide_review(
        actor=bob.actor, review=review, decision=Decision.APPROVE, reason="accurate"
    )
    assert clock_of(decided, now() + 100 * HOUR) == Clock.IN_TIME


def test_an_overdue_item_is_told_of_once(in_acme, rookie, bob):
    review = remember(rookie, "Jonas lives in Hamburg.").review
    watch_reviews_of(tenant_id=str(in_acme.id))
    assert not AuditEvent.objects.filter(kind="review.breached").exists()
    with time_machine.travel(review.due_at):
        for _ in range(2):
            watch_reviews_of(tenant_id=str(in_acme.id))
    event = AuditEvent.objects.get(kind="review.breached")
    assert (event.object_id, event.actor_label) == (review.id, "watch_reviews")
    assert ReviewItem.objects.get().breached_at is not None


def test_however_many_are_overdue_each_is_told_of(in_acme, rookie, monkeypatch):
    for number in range(5):
        remember(rookie, f"Fact {number}.")
    monkeypatch.setattr(breach, "BATCH", 2)
    with time_machine.travel(now() + 25 * HOUR):
        watch_reviews_of(tenant_id=str(in_acme.id))
    told = set(AuditEvent.objects.filter(kind="review.breached").values_list("object_id"))
    assert len(told) == 5


def test_each_queue_is_counted(security, alice, bob, robo, dana, carol):
    save_queue(actor=alice.actor, name="security", figures=QueueFigures(sla_urgent=4 * 3600))
    start = now()
    for hours in (0, 1, 2, 3):
        with time_machine.travel(start - hours * HOUR - timedelta(seconds=1)):
            remember(robo, f"Fact {hours}.")
    save_queue(actor=alice.actor, name="legal", figures=QueueFigures())
    claim_next(actor=bob.actor)
    at = ReviewItem.objects.order_by("opened_at").first().opened_at + 4.1 * HOUR
    general, legal, waiting = queue_counts(dana.actor, at)
    assert (general.label, general.open, general.p50) == ("general", 0, None)
    assert (legal.label, legal.open, legal.oldest) == ("legal", 0, None)
    counted = (waiting.open, waiting.breached, waiting.due_soon)
    assert counted == (4, 1, 1)
    assert waiting.p50.total_seconds() == pytest.approx(2.6 * 3600, abs=5)
    assert waiting.p95.total_seconds() == pytest.approx(3.95 * 3600, abs=5)
    assert at - waiting.oldest == 4.1 * HOUR
    assert [one.claimed for one in queue_counts(bob.actor)] == [0, 0, 1]
    assert queue_counts(carol.actor) == []


def test_the_longest_overdue_is_told_of_first(in_acme, rookie, monkeypatch):
    reviews = [remember(rookie, f"Fact {number}.").review for number in range(2)]
    monkeypatch.setattr(breach, "BATCH", 1)
    with time_machine.travel(now() + 25 * HOUR):
        [told] = note_breaches(actor=rookie.actor).changed
    assert told.id == reviews[0].id
