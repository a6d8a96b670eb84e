"""A hold that came to its review date is told of, and keeps what it keeps."""

from datetime import timedelta

import time_machine

from audit.models import AuditEvent
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import place_hold, release_hold
from memory.models import LegalHold
from memory.tasks import carry_out_retention


def reminders(tenant):
    with tenant_scope(tenant.id):
        return AuditEvent.objects.filter(kind="hold.review_due").count()


def test_an_owner_is_reminded_once_and_again_after_30_days_until_it_is_released(acme, alice):
    with tenant_scope(acme.id):
        due = now() + timedelta(days=7)
        hold = place_hold(actor=alice.actor, subject="customer-7", ground="Case 7", review_at=due)
        place_hold(actor=alice.actor, subject="customer-8", ground="Case 8")
    carry_out_retention()
    assert reminders(acme) == 0
    for day, told in ((8, 1), (20, 1), (39, 2)):
        with time_machine.travel(now() + timedelta(days=day)):
            carry_out_retention()
        assert reminders(acme) == told, day
    with tenant_scope(acme.id):
        assert LegalHold.objects.get(id=hold.id).stands
        release_hold(actor=alice.actor, hold=hold, reason="Settled.")
    with time_machine.travel(now() + timedelta(days=99)):
        carry_out_retention()
    assert reminders(acme) == 2
