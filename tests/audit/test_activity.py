"""What agents did, counted once for days that are over, and from the trail for the rest."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
import time_machine

from audit.activity import activity_of, count_days
from audit.models import ActivityDay, AuditEvent
from console.platform.clock import now
from console.platform.ids import first_id_of, uuid7
from console.tenancy.scope import tenant_scope
from tests.cast import a_memory

DAY = timedelta(days=1)


def today():
    return now().astimezone(UTC).date()


def did(machine, days_ago, *, kind="memory.written", outcome="done", times=1):
    """Events of so many days ago, around noon: their ids tell the time too."""
    at = datetime.combine(today() - days_ago * DAY, time(12), UTC)
    for _ in range(times):
        AuditEvent.objects.create(
            id=UUID(int=first_id_of(at).int | uuid7().int & (1 << 80) - 1),
            kind=kind,
            outcome=outcome,
            actor_kind="agent",
            actor_id=machine.agent.id,
            actor_label=machine.agent.name,
            request_id=uuid7(),
            recorded_at=at,
        )


def figures(machine):
    """How many days ago it did how much."""
    found = activity_of([machine.agent.id], since=today() - 5 * DAY)
    return [((today() - one.day).days, one.writes, one.recalls, one.refusals) for one in found]


@pytest.fixture
def settled(monkeypatch):
    """Whatever the time of night is at which this runs."""
    monkeypatch.setattr("audit.activity.SETTLED", timedelta())


@pytest.mark.usefixtures("settled")
def test_what_is_counted_and_what_is_read_add_up_to_the_same(in_acme, robo, rookie):
    did(robo, 2, times=2)
    did(robo, 2, kind="memory.recalled")
    did(robo, 1, kind="request.refused", outcome="refused")
    did(rookie, 1, times=4)
    a_memory(robo)
    read = figures(robo)
    assert read == [(2, 2, 1, 0), (1, 0, 0, 1), (0, 1, 0, 0)]
    assert count_days() == 31
    assert count_days() == 0
    assert figures(robo) == read
    counted = ActivityDay.objects.get(day=today() - DAY).counts
    assert counted == {str(robo.agent.id): [0, 0, 1], str(rookie.agent.id): [4, 0, 0]}


@pytest.mark.usefixtures("settled")
def test_a_counted_day_is_not_read_again(in_acme, robo):
    did(robo, 1)
    count_days()
    did(robo, 1)  # which the product never does: it shows where the figure comes from
    assert figures(robo) == [(1, 1, 0, 0)]


def test_a_day_that_nobody_counted_is_read_with_all_after_it(in_acme, robo):
    for days_ago in (4, 3, 1):
        did(robo, days_ago)
    with time_machine.travel(now() - 2 * DAY):
        count_days()
    assert ActivityDay.objects.filter(day__gte=today() - 3 * DAY).count() <= 1
    assert figures(robo) == [(4, 1, 0, 0), (3, 1, 0, 0), (1, 1, 0, 0)]


def test_midnight_is_waited_for(in_acme, robo):
    midnight = datetime.combine(today(), time(0), UTC)
    with time_machine.travel(midnight + timedelta(minutes=30)):
        count_days()
        assert not ActivityDay.objects.filter(day=today() - DAY).exists()
    with time_machine.travel(midnight + timedelta(minutes=61)):
        assert count_days() == 1


def test_another_tenants_days_are_its_own(acme, globex, robo, spybot):
    a_memory(spybot)
    with tenant_scope(acme.id):
        count_days()
        assert activity_of([spybot.agent.id], since=today() - 5 * DAY) == []
    with tenant_scope(globex.id):
        assert not ActivityDay.objects.exists()
