"""Counts of our own, for Prometheus. Each process keeps them in a file of a folder that all share.

https://prometheus.github.io/client_python/multiprocess/: the folder is PROMETHEUS_MULTIPROC_DIR,
which has to be known before the library is loaded; without it, a process tells of itself alone.
No label names a tenant, a person or an object: their number has no bound, and a scrape no owner.
"""

import os
from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.utils import OperationalError
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector
from typing_extensions import override

REQUESTS = Histogram(
    "mnemoscope_http_request_duration_seconds",
    "Time to answer a request.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)
SPANS = Counter("mnemoscope_spans_total", "Spans of exports, by what became of them.", ["result"])
TASKS = Counter("mnemoscope_tasks_total", "Background tasks that ended.", ["task", "state"])
TASK_SUCCEEDED = Gauge(
    "mnemoscope_task_last_success_timestamp_seconds",
    "When a task last ended well: one that beat starts and that stands still is not run.",
    ["task"],
    multiprocess_mode="mostrecent",
)
LOG_LEAVES = Counter("mnemoscope_log_leaves_total", "Audit events that got their place in a log.")
LOG_LAG = Gauge(
    "mnemoscope_log_lag_seconds",
    "For how long the audit event has waited for its place that waits longest.",
    multiprocess_mode="mostrecent",
)
LOG_ROUND = Gauge(
    "mnemoscope_log_last_round_timestamp_seconds",
    "When every tenant's audit log was last brought up to date: one that stands still is not.",
    multiprocess_mode="mostrecent",
)
DAYS_AHEAD = """
SELECT max(to_date(right(c.relname, 8), 'YYYYMMDD')) - (now() AT TIME ZONE 'UTC')::date
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'audit_span'::regclass AND c.relname ~ '_[0-9]{8}$'
"""
SIZE = "SELECT pg_database_size(current_database())"
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


class DatabaseCollector(Collector):
    """What PostgreSQL says at the moment of the scrape."""

    @override
    def collect(self) -> Iterable[Metric]:
        try:
            yield from _of_database()
        except OperationalError:
            yield GaugeMetricFamily("mnemoscope_database_up", "Whether PostgreSQL answers.", 0)


def _of_database() -> Iterator[Metric]:
    with connection.cursor() as cursor:
        for name, says, statement in (
            ("database_size_bytes", "Size of the database.", SIZE),
            ("database_connections", "Connections to the database.", CONNECTIONS),
            ("partitions_ahead_days", "Days to come that have a partition for spans.", DAYS_AHEAD),
        ):
            cursor.execute(statement)
            [(figure,)] = cursor.fetchall()
            yield GaugeMetricFamily(f"mnemoscope_{name}", says, float(figure or 0))
    yield GaugeMetricFamily("mnemoscope_database_up", "Whether PostgreSQL answers.", 1)


def exposition() -> bytes:
    """Of all processes, in Prometheus' text format 0.0.4."""
    shared = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    else:
        shared.register(REGISTRY)
    shared.register(DatabaseCollector())
    return generate_latest(shared)
