"""Server time of the pages about runs at a million spans: the list under each filter, and a run.

As an owner, through Django's test client: middleware, view, database, template, and no network.
The list's own answer is measured; what it can be narrowed by is counted once it is on the screen,
and has a row of its own. MNEMOSCOPE_BENCH_SHARE=0.05 makes fewer runs; MNEMOSCOPE_BENCH_EXPLAIN=1
prints how the slowest statement of each page was carried out.
"""

import os
import time
from dataclasses import dataclass
from importlib import import_module

import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Run
from benchmarks.database import DATABASE, embedded_database
from benchmarks.processor_time import seconds_of
from benchmarks.table import Table, percentile
from benchmarks.volume_runs import MEMORY, RunVolume, fill_runs
from console.accounts.actor import system_actor
from console.accounts.models import User
from console.accounts.permissions import Role
from console.administration import add_member, create_tenant
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope

SHARE = float(os.environ.get("MNEMOSCOPE_BENCH_SHARE", "1"))
EXPLAIN = os.environ.get("MNEMOSCOPE_BENCH_EXPLAIN")
RUNS, STEPS = int(20_000 * SHARE), 50
WARM_UP, TIMES = 3, 30
OK = 200
LIST_MS = 60.0
PAGES_MS = {200: 80.0, 10_000: 400.0}
LISTS = (
    "",
    "status=failed",
    "status=running",
    "status=stuck",
    "agent=agent-03",
    "agent=nobody",
    "tool=lookup_7",
    "tool=refund_all",
    "model=small",
    "error_type=TimeoutError",
    "error_type=RateLimit",
    "subject=customer-7",
    "error=some",
    "longer=30+min",
    "longer=59+min&status=failed",
    "costlier=0.9",
    "since=2026-01-01",
    f"memory={MEMORY}",
    "q=answer",
    "q=customer+17",
    "q=weigh+17",
    "q=conversation-1234",
    "q=nothing+of+the+kind",
    "sort=longest",
    "sort=cost",
    "sort=errors",
    "agent=agent-03&tool=search&error=some",
)


@dataclass(frozen=True, slots=True)
class Tables:
    """Elapsed milliseconds (p95), and processor time of a request: that of a quiet machine."""

    elapsed: Table
    spent: Table

    def add(self, what: str, figures: tuple[float, float], most: float | None) -> None:
        self.elapsed.add(what, figures[0], "ms", most)
        self.spent.add(what, figures[1], "ms", most)


def main() -> list[Table]:
    with embedded_database() as server:
        import_module("console.wsgi")  # the process is as it serves: see there on garbage
        tenant = create_tenant(slug="large", name="Large")
        client = Client(headers={"host": "localhost"})
        client.force_login(_owner(tenant))
        with psycopg.connect(server.dsn(), dbname=DATABASE, autocommit=True) as superuser:
            for steps in PAGES_MS:
                fill_runs(superuser, tenant, RunVolume(runs=1, steps=steps))
            fill_runs(superuser, tenant, RunVolume(RUNS, STEPS))
            superuser.execute("VACUUM ANALYZE")
        title = f"Pages about runs, {RUNS * STEPS:,} spans in {RUNS:,} runs"
        most = "the most that is allowed"
        tables = Tables(
            Table(f"{title}, p95 of server time", most),
            Table(f"{title}, processor time of server and database", most),
        )
        for query in LISTS:
            tables.add(f"runs?{query}", _measured(client, tenant, f"/runs/?{query}"), LIST_MS)
        for query in ("", "tool=lookup_7"):
            tables.add(f"counts {query}", _measured(client, tenant, f"/runs/facets?{query}"), None)
        for steps, allowed in PAGES_MS.items():
            address = f"/runs/{_run_of(tenant, steps).id}"
            tables.add(f"run of {steps:,} spans", _measured(client, tenant, address), allowed)
    return [tables.elapsed, tables.spent]


def _owner(tenant: Tenant) -> User:
    with tenant_scope(tenant.id):
        user = User.objects.create_user("owner@large.example", "not asked for", "Olga")
        add_member(actor=system_actor(tenant.id, "benchmark"), user=user, role=Role.OWNER)
    return user


def _run_of(tenant: Tenant, steps: int) -> Run:
    with tenant_scope(tenant.id):
        return Run.objects.get(span_count=steps)


def _measured(client: Client, tenant: Tenant, address: str) -> tuple[float, float]:
    """Milliseconds: the 95th percentile of what passed, and the mean of what was computed."""
    for _ in range(WARM_UP):
        _milliseconds(client, address)
    spent = sum(seconds_of(os.getpid()).values())
    taken = [_milliseconds(client, address) for _ in range(TIMES)]
    spent = sum(seconds_of(os.getpid()).values()) - spent
    if EXPLAIN:
        print(f"\n{address}: p50 {percentile(taken, 50):.1f}, p95 {percentile(taken, 95):.1f}")
        _explain(client, tenant, address)
    return percentile(taken, 95), spent / TIMES * 1000


def _milliseconds(client: Client, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address)
    taken = (time.perf_counter() - started) * 1000
    if answer.status_code != OK:
        raise RuntimeError(f"{address} answers {answer.status_code}: a refusal is no figure.")
    return taken


def _explain(client: Client, tenant: Tenant, address: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    queries = [query["sql"] for query in captured.captured_queries if "audit_" in query["sql"]]
    print(f"{len(captured)} queries, {len(queries)} about runs")
    with tenant_scope(tenant.id), connection.cursor() as cursor:
        for query in queries:
            cursor.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) " + query)
            print("  " + "\n  ".join(line for (line,) in cursor.fetchall()))
