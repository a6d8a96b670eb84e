"""Days are partitions: made ahead, made when needed, reached only through their parent."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DataError, ProgrammingError, connection, connections, transaction

from audit import partitions
from audit.ingest.columns import instant_ns
from audit.ingest.receive import receive_protobuf
from audit.models import Span
from audit.partitions import ensure_days_of, ensure_partitions
from audit.tasks import make_partitions
from console.platform.clock import now
from console.tenancy.lint import findings
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import a_span, protobuf_body

FAR = 12  # days ahead that no other test needs


pytestmark = pytest.mark.usefixtures("no_day_remembered")


def where(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.id), connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_span ORDER BY start_time")
        return [name for (name,) in cursor.fetchall()]


def name_of(moment: datetime) -> str:
    return f"audit_span_{moment:%Y%m%d}"


@pytest.mark.django_db
def test_a_span_lies_in_the_partition_of_its_day(acme: Tenant):
    today = now()
    old, ancient = today - timedelta(days=20), today - timedelta(days=4000)
    for moment in (ancient, old, today):
        receive_protobuf(acme.id, protobuf_body(a_span(start=instant_ns(moment))))
    assert where(acme) == ["audit_span_default", name_of(old), name_of(today)]


@pytest.mark.django_db
def test_rows_that_waited_move_in_when_their_day_is_made(acme: Tenant, monkeypatch):
    moment = now() + timedelta(days=FAR)
    with monkeypatch.context() as patch:
        patch.setattr("audit.ingest.receive.ensure_days_of", lambda _: None)
        receive_protobuf(acme.id, protobuf_body(a_span(start=instant_ns(moment))))
    assert where(acme) == ["audit_span_default"]
    ensure_days_of([instant_ns(moment)])
    assert where(acme) == [name_of(moment)]


@pytest.mark.django_db
def test_making_the_days_twice_makes_them_once():
    assert ensure_partitions(days_back=FAR, days_ahead=FAR) > 0
    partitions._made.clear()
    assert ensure_partitions(days_back=FAR, days_ahead=FAR) == 0
    make_partitions()
    assert ensure_partitions() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["2000-01-01", "2400-01-01", None])
def test_nobody_fills_the_catalog_with_days_far_away(day: str | None):
    with (
        pytest.raises(DataError, match="near today"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT audit_make_day(%s)", [day])


@pytest.mark.django_db
def test_a_partition_is_not_reached_past_its_parent(acme: Tenant):
    ensure_partitions()
    receive_protobuf(acme.id, protobuf_body(a_span()))
    for table in (name_of(now()), "audit_span_default", f"audit_spancontent_{now():%Y%m%d}"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            tenant_scope(acme.id),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT * FROM {table}")
    assert findings() == []


@pytest.mark.django_db
def test_without_a_tenant_no_trace_table_shows_a_row(acme: Tenant):
    receive_protobuf(acme.id, protobuf_body(a_span()))
    for table in ("span", "spancontent", "run", "trace", "memoryaccess"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM audit_{table}")
            assert cursor.fetchone() == (0,)


def test_a_day_that_a_long_reader_blocks_is_left_for_later(committed_db: None, postgres):
    day = datetime.combine(now().date() + timedelta(days=FAR), datetime.min.time(), UTC)
    with psycopg.connect(
        postgres.dsn(), dbname=connections["default"].settings_dict["NAME"]
    ) as reader:
        reader.execute("LOCK TABLE audit_span_default IN ACCESS SHARE MODE")
        ensure_days_of([instant_ns(day)])
        found = reader.execute("SELECT to_regclass(%s)", [name_of(day)]).fetchone()
        assert found == (None,)
    ensure_days_of([instant_ns(day)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name_of(day)])
        assert cursor.fetchone() == (True,)


@pytest.mark.django_db
def test_a_span_of_a_refused_day_is_stored_all_the_same(acme: Tenant, monkeypatch):
    ahead = now() + timedelta(days=400)
    monkeypatch.setattr("audit.partitions.now", lambda: ahead)
    receive_protobuf(acme.id, protobuf_body(a_span(start=instant_ns(ahead))))
    assert where(acme) == ["audit_span_default"]
    with tenant_scope(acme.id):
        assert Span.objects.get().start_ns == instant_ns(ahead)
