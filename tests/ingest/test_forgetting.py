"""Traces are kept for as long as each tenant wants, and then they are gone."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection

from audit.forgetting import DROP, PARTITIONED, drop_old_days, forget_old_traces
from audit.ingest.columns import instant_ns
from audit.ingest.content import content_of
from audit.ingest.receive import receive_protobuf
from audit.models import (
    AgentMinute,
    AuditEvent,
    MemoryAccess,
    Run,
    RunFacet,
    Span,
    Trace,
)
from audit.rules.retention import Retention
from console.platform.clock import now
from console.tenancy.models import Tenant
from console.tenancy.scope import system_scope, tenant_scope
from console.tenancy.tenants import every_tenant_id
from memory.tasks import carry_out_retention
from tests.ingest.keeping import everybody_keeps_little, keep
from tests.ingest.messages import a_span, protobuf_body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_day_remembered")]

SEARCH = {"gen_ai.operation.name": "search_memory", "gen_ai.memory.record.id": "m-1"}


def days_ago(days: int) -> datetime:
    return now() - timedelta(days=days)


def a_trace(tenant: Tenant, days: int) -> None:
    start = instant_ns(days_ago(days))
    receive_protobuf(tenant.id, protobuf_body(a_span(start=start, attributes=SEARCH)))


def kept_days(tenant: Tenant) -> list[int]:
    today = now().date()
    with tenant_scope(tenant.id):
        return sorted((today - span.start_time.date()).days for span in Span.objects.all())


def test_a_day_is_dropped_once_every_tenant_is_done_with_it(acme: Tenant, globex: Tenant):
    everybody_keeps_little()
    for tenant in (acme, globex):
        for days in (25, 15, 1):
            a_trace(tenant, days)
    keep(acme, content_days=10, span_days=10, access_days=10)
    keep(globex, content_days=20, span_days=20, access_days=20)
    dropped = drop_old_days()
    assert dropped.keys() == set(PARTITIONED)
    assert all(days_ago(25).date() in days for days in dropped.values())
    assert all(max(days) < days_ago(20).date() for days in dropped.values())
    assert kept_days(acme) == kept_days(globex) == [1, 15]
    assert drop_old_days() == {}

    with tenant_scope(acme.id):
        forgotten = forget_old_traces({})
        assert (forgotten.spans, forgotten.contents, forgotten.accesses) == (1, 1, 1)
        assert MemoryAccess.objects.count() == 1
        event = AuditEvent.objects.get(kind="traces.forgotten")
        assert event.payload["deleted"]["spans"] == 1
    assert kept_days(acme) == [1]
    assert kept_days(globex) == [1, 15]


def test_nobody_drops_a_day_that_somebody_keeps(acme: Tenant, globex: Tenant):
    a_trace(globex, 25)
    keep(acme, content_days=1, span_days=1, access_days=1)
    with tenant_scope(acme.id), connection.cursor() as cursor:
        cursor.execute(DROP, ["audit_span", days_ago(25).date()])
        assert cursor.fetchone() == (False,)
    with system_scope(), connection.cursor() as cursor:
        for table, day in (("audit_span", days_ago(25)), ("audit_run", days_ago(5000))):
            cursor.execute(DROP, [table, day.date()])
            assert cursor.fetchone() == (False,)
    assert kept_days(globex) == [25]


def test_the_database_and_the_page_know_the_same_defaults(acme: Tenant):
    assert acme.id in every_tenant_id()
    usual = Retention()
    cases = zip(PARTITIONED, (usual.content_days, usual.span_days, usual.access_days), strict=True)
    with system_scope(), connection.cursor() as cursor:
        for table, days in cases:
            for older, is_dropped in ((0, False), (1, True)):
                cursor.execute(DROP, [table, days_ago(days + older).date()])
                assert cursor.fetchone() == (is_dropped,), (table, days, older)


def test_what_a_step_said_goes_before_the_step(acme: Tenant):
    a_trace(acme, 5)
    keep(acme, content_days=2)
    with tenant_scope(acme.id):
        assert content_of(Span.objects.get()) != {}
        assert forget_old_traces({}).contents == 1
        assert content_of(Span.objects.get()) == {}


def test_a_clock_that_is_years_behind_loses_nothing_before_its_time(acme: Tenant):
    a_trace(acme, 9000)
    with tenant_scope(acme.id):
        assert forget_old_traces({}).spans == 0
        assert content_of(Span.objects.get()) != {}


def test_a_run_stays_while_it_has_spans_and_as_long_as_the_counts(acme: Tenant):
    a_trace(acme, 9)
    keep(acme, content_days=1, span_days=10, count_days=5)
    with tenant_scope(acme.id):
        forgotten = forget_old_traces({})
        assert (forgotten.runs, forgotten.minutes) == (0, 1)
        assert Run.objects.count() == 1
    keep(acme, content_days=1, span_days=5, count_days=5)
    with tenant_scope(acme.id):
        assert forget_old_traces({}).runs == 1
        for model in (Run, Trace, RunFacet, AgentMinute):
            assert not model.objects.exists()


def test_the_sweep_is_late_and_comes_twice(acme: Tenant, globex: Tenant):
    everybody_keeps_little()
    midnight = datetime.combine(now().date(), time.min, UTC)
    for tenant in (acme, globex):
        a_trace(tenant, 20)
        keep(tenant, content_days=3, span_days=3, access_days=3)
    for _ in range(2):
        carry_out_retention()
    for tenant in (acme, globex):
        assert kept_days(tenant) == []
        with tenant_scope(tenant.id):
            [event] = AuditEvent.objects.filter(kind="traces.forgotten")
            days = event.payload["dropped"]["audit_span"]
            assert (midnight - timedelta(days=20)).date().isoformat() in days
