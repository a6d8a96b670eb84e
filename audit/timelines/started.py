"""The steps of a run in the order they started, and what comes after one of them."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from audit.models import Run, Span

EPOCH = datetime.fromtimestamp(0, UTC)
LAST_MICROSECOND = 253_402_300_799_999_999  # of the year 9999
BY_START = ("start_time", "start_ns", "trace_id", "span_id")


def spans_of(run: Run) -> QuerySet[Span]:
    """In no order. The bounds spare partitions of other days."""
    return Span.objects.filter(
        run_id=run.id, start_time__gte=run.first_seen, start_time__lte=run.last_seen
    )


def started_after(start_ns: int, trace_id: bytes, span_id: bytes) -> Q:
    # The first condition is what the index serves.
    return Q(start_time__gte=instant_of(start_ns)) & (
        Q(start_ns__gt=start_ns)
        | Q(start_ns=start_ns, trace_id__gt=trace_id)
        | Q(start_ns=start_ns, trace_id=trace_id, span_id__gt=span_id)
    )


def instant_of(unix_ns: int) -> datetime:
    """A forged position may name any number: it is only another place in the list."""
    return EPOCH + timedelta(microseconds=max(0, min(unix_ns // 1000, LAST_MICROSECOND)))
