"""By when a person is answered, whatever day they ask on."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from audit.models import AuditEvent
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError
from memory.desk import extend_request
from memory.desk.clocks import add_months, deadlines, extended
from memory.models import SubjectRequest
from tests.desk.desk import received, somebody


def at(text):
    return datetime.fromisoformat(f"{text}T10:30:00+00:00")


@pytest.mark.parametrize(
    ("received_on", "due", "prolonged"),
    [
        ("2026-01-15", "2026-02-15", "2026-04-15"),
        ("2026-01-31", "2026-02-28", "2026-04-30"),
        ("2028-01-31", "2028-02-29", "2028-04-30"),
        ("2026-02-28", "2026-03-28", "2026-05-28"),
        ("2026-03-31", "2026-04-30", "2026-06-30"),
        ("2026-05-31", "2026-06-30", "2026-08-31"),
        ("2026-11-30", "2026-12-30", "2027-02-28"),
        ("2026-12-31", "2027-01-31", "2027-03-31"),
    ],
)
def test_a_month_ends_on_the_day_of_the_same_number_or_on_the_last(received_on, due, prolonged):
    assert deadlines("gdpr", at(received_on)) == (at(due), None)
    assert extended("gdpr", at(received_on)) == at(prolonged)


@pytest.mark.parametrize(
    ("received_on", "confirm_by", "due", "prolonged"),
    [
        ("2026-03-02", "2026-03-16", "2026-04-16", "2026-05-31"),  # a Monday
        ("2026-03-06", "2026-03-20", "2026-04-20", "2026-06-04"),  # a Friday
        ("2026-03-07", "2026-03-20", "2026-04-21", "2026-06-05"),  # a Saturday
        ("2026-12-24", "2027-01-07", "2027-02-07", "2027-03-24"),
    ],
)
def test_californians_are_told_in_ten_business_days(received_on, confirm_by, due, prolonged):
    assert deadlines("ccpa", at(received_on)) == (at(due), at(confirm_by))
    assert extended("ccpa", at(received_on)) == at(prolonged)


def test_no_day_of_eight_years_gives_more_than_a_month():
    """Not one in which somebody would be answered late by counting 31 days through February."""
    day = datetime(2024, 1, 1, tzinfo=UTC)
    while day.year < 2032:
        due = add_months(day, 1)
        assert timedelta(days=28) <= due - day <= timedelta(days=31)
        assert (due.month - day.month) % 12 == 1
        assert due.day in {day.day, (add_months(day.replace(day=1), 2) - timedelta(days=1)).day}
        day += timedelta(days=1)


def test_it_is_prolonged_once_with_a_reason_and_within_the_first_month(in_acme, alice, bob, robo):
    subject = somebody(robo)
    with time_machine.travel(at("2026-12-30"), tick=False):
        request = received(bob, subject)
        assert request.due_at == at("2027-01-30")
    with time_machine.travel(at("2027-01-29"), tick=False):
        with pytest.raises(InvalidInputError):
            extend_request(actor=alice.actor, request=request, comment=" ")
        longer = extend_request(actor=alice.actor, request=request, comment="Many systems.")
        assert longer.due_at == at("2027-03-30")
        assert not longer.is_overdue(at("2027-03-30"))
        assert longer.is_overdue(at("2027-03-31"))
        with pytest.raises(WrongStateError):
            extend_request(actor=alice.actor, request=request, comment="Again.")
    assert (
        AuditEvent.objects.get(kind="subject_request.extended")
        .payload["due_at"]
        .startswith("2027-03-30")
    )


def test_nobody_prolongs_what_is_late_already(in_acme, alice, bob, robo):
    with time_machine.travel(at("2026-01-31"), tick=False):
        request = received(bob, somebody(robo))
    with (
        time_machine.travel(at("2026-03-01"), tick=False),
        pytest.raises(WrongStateError, match="told of it"),
    ):
        extend_request(actor=alice.actor, request=request, comment="Late.")
    assert SubjectRequest.objects.get(id=request.id).due_at == at("2026-02-28")


def test_a_tenants_own_law_sets_the_clock(in_acme, alice, bob, robo):
    from memory.desk import set_desk  # noqa: PLC0415

    set_desk(actor=alice.actor, law="ccpa")
    request = received(bob, somebody(robo), received_at=now() - timedelta(days=1))
    assert request.due_at - request.received_at == timedelta(days=45)
    assert request.confirm_by is not None
