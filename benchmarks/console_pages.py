"""Server time and queries of every page of the console, in a tenant of 100,000 memories.

As its owner, through Django's test client: middleware, view, database, template, and no network.
Every page that answers a GET is visited; what stands in its address is taken from the newest rows.
MNEMOSCOPE_BENCH_SHARE=0.05 makes a smaller tenant, MNEMOSCOPE_BENCH_PAGES=review,memory visits only
the pages whose names contain one of the words. Queries of `console.tenancy.rows` pass by Django's
cursor and are timed, not counted.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import psycopg
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from typing_extensions import override

from audit.models import AuditEvent, Run, Span
from benchmarks.database import DATABASE, embedded_database
from benchmarks.table import Table, percentile
from benchmarks.volume import Volume, fill
from console.access_review.actions import start_access_review
from console.accounts.actor import system_actor
from console.accounts.models import Agent, ApiKey, Subject, User
from console.accounts.permissions import AGENT_SCOPES, Role
from console.administration import add_member, create_tenant, issue_agent_key, issue_signing_key
from console.keys.models import SigningKey
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from console.web import urls
from memory.models import LegalHold, Memory, ReviewItem, ReviewStatus, Snapshot, State

SHARE = float(os.environ.get("MNEMOSCOPE_BENCH_SHARE", "1"))
NAMED = os.environ.get("MNEMOSCOPE_BENCH_PAGES", "").split(",")
TARGET_MS = 150.0
WARM_UP, TIMES = 3, 20
NOT_ALLOWED, LAST_OF_OK = 405, 399
NOT_SERVED = {"design"}  # but to those who build it
# Pages as people filter them, beside the plain ones.
FILTERED = {
    "memory-list": (
        "state=active",
        "state=pending",
        "state=expired",
        "kind=fact",
        "expiry=never",
        "expiry=week",
        "q=refund",
    ),
    "review-list": ("status=decided", "kind=quarantine", "queue=billing"),
    "audit-list": (
        "outcome=refused",
        "kind=memory.written",
        "kind=policy.saved",
        "kind=memory.written&kind=policy.saved&kind=review",
        "actor=agent-03",
        "actor=nobody",
        "subject=customer-7",
        "reason=signature_required",
        "q=never+said",
        "since=2026-01-01&until=2026-01-02",
    ),
    "audit-facets": ("kind=memory", "subject=customer-7"),
    "run-list": ("error=some", "agent=agent-03"),
    "agent-list": ("health=healthy", "q=agent-1"),
    "subject-list": ("q=7", "standing=no_basis", "standing=held"),
}


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    address: str
    status: int
    p50: float
    p95: float
    queries: int
    slowest: str  # the query that took longest

    @property
    def is_slow(self) -> bool:
        return self.p95 > TARGET_MS


@dataclass(slots=True)
class Pages(Table):
    pages: list[Page] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @override
    def __str__(self) -> str:
        width = max(len(page.name) for page in self.pages)
        lines = [self.title, "", f"{'':{width}}  {'p50 ms':>8}  {'p95 ms':>8}  {'queries':>7}"]
        for page in self.pages:
            figures = f"{page.p50:>8.1f}  {page.p95:>8.1f}  {page.queries:>7}"
            told = f"  over {TARGET_MS:.0f}: {page.slowest}" if page.is_slow else ""
            lines.append(f"{page.name:{width}}  {figures}{told}")
        if self.left_out:
            lines.append(f"\nNo row to visit: {', '.join(self.left_out)}")
        return "\n".join(lines)


def main() -> Pages:
    volume = Volume().of(SHARE)
    title = f"Pages of the console, {volume.memories:,} memories, {volume.events:,} events"
    pages = Pages(title, f"p95 of at most {TARGET_MS:.0f} ms")
    with embedded_database() as server:
        import_module("console.wsgi")  # the process is as it serves: see there on garbage
        # A page that takes no GET is found by asking it.
        logging.getLogger("django.request").setLevel(logging.ERROR)
        tenant = create_tenant(slug="large", name="Large")
        owner = _owner(tenant)
        with psycopg.connect(server.dsn(), dbname=DATABASE, autocommit=True) as superuser:
            fill(superuser, tenant, volume)
        client = Client(headers={"host": "localhost"})
        client.force_login(owner)
        samples = _samples(tenant)
        for name, address in _addresses(samples, pages.left_out):
            page = _visit(client, name, address)
            if page.status == NOT_ALLOWED:
                continue
            if page.status > LAST_OF_OK:
                raise RuntimeError(f"{address} answers {page.status}: a refusal is no figure.")
            pages.pages.append(page)
            pages.add(page.name, page.p95, "ms", TARGET_MS)
    return pages


def _owner(tenant: Tenant) -> User:
    with tenant_scope(tenant.id):
        user = User.objects.create_user("owner@large.example", "not asked for", "Olga")
        add_member(actor=system_actor(tenant.id, "benchmark"), user=user, role=Role.OWNER)
    return user


def _samples(tenant: Tenant) -> dict[str, Any]:
    """What the addresses name, of rows that are there; some are made here."""
    system = system_actor(tenant.id, "benchmark")
    with tenant_scope(tenant.id):
        agent = Agent.objects.order_by("name")[0]
        issue_agent_key(actor=system, agent=agent, label="agent", scopes=AGENT_SCOPES)
        issue_signing_key(actor=system, agent=agent)
        run = Run.objects.order_by("-last_seen")[0]
        attested = start_access_review(actor=system).id
        span = Span.objects.filter(run_id=run.id).order_by("start_time")[0]
        found = {
            "memory_id": Memory.objects.filter(state=State.ACTIVE).order_by("-id").first(),
            "review_id": ReviewItem.objects.filter(status=ReviewStatus.OPEN).order_by("id").first(),
            "run_id": run,
            "agent_id": agent,
            "event_id": AuditEvent.objects.order_by("-id").first(),
            "subject_id": Subject.objects.order_by("id").first(),
            "hold_id": LegalHold.objects.first(),
            "snapshot_id": Snapshot.objects.first(),
        }
        ids = {name: row.id for name, row in found.items() if row is not None}
        return {
            **ids,
            "trace_id": bytes(span.trace_id),
            "span_id": bytes(span.span_id),
            "number": 0,
            "slug": "review",
            "queue-edit label": "general",
            **{f"access-review{page} review_id": attested for page in ("", "-csv", "-json")},
            "key-revoke key_id": ApiKey.objects.latest("id").id,
            "key_id": SigningKey.objects.latest("id").id,
        }


def _addresses(samples: dict[str, Any], left_out: list[str]) -> Iterator[tuple[str, str]]:
    for pattern in urls.urlpatterns:
        if not pattern.name or pattern.name in NOT_SERVED:
            continue
        if not any(word in pattern.name for word in NAMED):
            continue
        wanted = pattern.pattern.converters
        values = {name: samples.get(f"{pattern.name} {name}", samples.get(name)) for name in wanted}
        if None in values.values():
            left_out.append(pattern.name)
            continue
        address = reverse(pattern.name, kwargs=values)
        yield pattern.name, address
        for query in FILTERED.get(pattern.name, ()):
            yield f"{pattern.name}?{query}", f"{address}?{query}"


def _visit(client: Client, name: str, address: str) -> Page:
    def get() -> Any:
        return client.get(address)

    with CaptureQueriesContext(connection) as captured:
        answer = get()
    queries = captured.captured_queries  # before the next request forgets them
    if answer.status_code == NOT_ALLOWED:
        return Page(name, address, NOT_ALLOWED, 0, 0, 0, "")
    taken = [_milliseconds(get) for _ in range(WARM_UP + TIMES)][WARM_UP:]
    slowest = max(queries, key=lambda query: float(query["time"]), default=None)
    return Page(
        name,
        address,
        answer.status_code,
        percentile(taken, 50),
        percentile(taken, 95),
        len(queries),
        f"{slowest['time']} s {slowest['sql'][:400]}" if slowest else "",
    )


def _milliseconds(get: Callable[[], HttpResponse]) -> float:
    started = time.perf_counter()
    get()
    return (time.perf_counter() - started) * 1000
