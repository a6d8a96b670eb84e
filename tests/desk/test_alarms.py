"""What is due soon or overdue is told once, in the notices and in the digest."""

from datetime import timedelta

import time_machine

from audit.models import AuditEvent
from console.platform.clock import now
from console.web.screens.notices import notices
from memory.actions import subscribe_digest
from memory.desk import withdraw_request
from memory.models import SubjectRequest
from memory.reviews.digest import digest_of
from memory.tasks import watch_requests_of
from tests.desk.desk import received, somebody


def told(tenant):
    watch_requests_of(tenant_id=str(tenant.id))
    kinds = ("subject_request.due_soon", "subject_request.overdue")
    return list(AuditEvent.objects.filter(kind__in=kinds).order_by("id").values_list("kind"))


def test_each_is_told_of_once_when_it_is_near_and_once_when_it_is_late(in_acme, alice, bob, robo):
    request = received(bob, somebody(robo))
    assert told(in_acme) == []
    with time_machine.travel(request.due_at - timedelta(days=2)):
        assert told(in_acme) == told(in_acme) == [("subject_request.due_soon",)]
    with time_machine.travel(request.due_at + timedelta(hours=1)):
        late = [("subject_request.due_soon",), ("subject_request.overdue",)]
        assert told(in_acme) == told(in_acme) == late
        assert "subject_request.overdue" in [one.event.kind for one in notices(alice.actor)]


def test_one_that_ended_is_nobodys_alarm(in_acme, alice, bob, robo):
    request = received(bob, somebody(robo))
    withdraw_request(actor=alice.actor, request=request, comment="x")
    with time_machine.travel(now() + timedelta(days=60)):
        assert told(in_acme) == []
    assert SubjectRequest.objects.get().status == "withdrawn"


def test_the_digest_counts_them_even_where_no_review_waits(in_acme, bob, robo):
    subscribe_digest(actor=bob.actor)
    request = received(bob, somebody(robo))
    assert digest_of(in_acme.id, today=now().date()).is_empty
    with time_machine.travel(request.due_at + timedelta(hours=1)):
        digest = digest_of(in_acme.id, today=now().date())
    assert (digest.requests_late, digest.requests_soon, digest.is_empty) == (1, 0, False)
