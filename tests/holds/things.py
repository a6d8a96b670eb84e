"""What a round of `tests.holds.interleaving` is about: made, and looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models.expressions import RawSQL

from audit import partitions
from audit.ingest.columns import instant_ns
from audit.ingest.content import contents_of
from audit.ingest.receive import receive_protobuf
from audit.models import MemoryAccess, Run, Span, Trace
from console.platform.clock import now
from console.platform.crypto.envelope import SealBrokenError
from console.tenancy.models import Tenant
from console.tenancy.scope import current_tenant_id, tenant_scope
from memory.models import HoldScope, Memory, MemoryVersion
from memory.sealing import open_versions
from tests.cast import Machine, a_memory
from tests.ingest.messages import a_span, protobuf_body

DAYS_AGO = 5
LIVES = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Things:
    """Two memories about one subject, and a run of two steps, one of which touched a memory."""

    subject: UUID
    memories: list[UUID]
    versions: list[UUID]
    run: UUID
    trace: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What a hold of one scope must keep, as one transaction saw it."""

    words: frozenset[str] = frozenset()
    steps: frozenset[bytes] = frozenset()
    said: frozenset[bytes] = frozenset()
    accesses: frozenset[UUID] = frozenset()

    def lost_since(self, other: "Seen") -> list[str]:
        names = ("words", "steps", "said", "accesses")
        return [name for name in names if getattr(other, name) - getattr(self, name)]


def make(tenant: Tenant, clerk: Machine) -> Things:
    partitions._made.clear()
    name, trace = uuid4().hex, uuid4().bytes
    memories = [
        a_memory(clerk, f"{name} says {number}", subject=name, expires_at=now() + LIVES)
        for number in range(2)
    ]
    at = instant_ns(now() - timedelta(days=DAYS_AGO))
    invoke = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}
    search = {"gen_ai.operation.name": "search_memory", "user.id": name}
    search["gen_ai.memory.record.id"] = str(memories[0].id)
    root = a_span(name, trace_id=trace, start=at, attributes=invoke)
    look = a_span(trace_id=trace, parent=root.span_id, start=at, attributes=search)
    receive_protobuf(tenant.id, protobuf_body(root, look))
    ids = [memory.id for memory in memories]
    subject_id = memories[0].subject_id
    assert subject_id is not None
    with tenant_scope(tenant.id):
        versions = MemoryVersion.objects.filter(memory_id__in=ids).values_list("id", flat=True)
        run_id = Trace.objects.get(trace_id=trace).run_id
        return Things(subject_id, ids, list(versions), run_id, trace)


def seen(things: Things, scope: HoldScope, *, agent_id: UUID) -> Seen:
    """What of it a standing hold of this scope is over. Raises SealBrokenError."""
    about = Memory.objects.filter(id__in=things.memories).exclude(state="erased")
    if scope is HoldScope.MEMORY:
        return Seen(_words(about.filter(id=things.memories[0])))
    if scope is HoldScope.SUBJECT:
        about = about.filter(subject_id=things.subject)
    if scope is HoldScope.AGENT:
        about = about.filter(agent_id=agent_id)
    words = _words(about) if scope is not HoldScope.RUN else frozenset()
    tenant = [current_tenant_id()]
    spans = Span.objects.filter(trace_id=things.trace)
    accesses = MemoryAccess.objects.filter(trace_id=things.trace)
    if scope is not HoldScope.PERIOD:
        # A statement may have torn the steps from their trace's run before it was held. Each is
        # one look: between two, what is held may move.
        spans = spans.filter(run_id__in=RawSQL("SELECT mnemoscope_held_runs(%s)", tenant))
        accesses = accesses.filter(trace_id__in=RawSQL("SELECT mnemoscope_held_traces(%s)", tenant))
    steps = list(spans)
    return Seen(
        words,
        frozenset(bytes(span.span_id) for span in steps),
        frozenset(span_id for (_, span_id), text in contents_of(steps).items() if text),
        frozenset(accesses.values_list("id", flat=True)),
    )


def is_whole(things: Things, *, agent_id: UUID) -> bool:
    """Whether another round can be about it."""
    try:
        all_of_it = seen(things, HoldScope.PERIOD, agent_id=agent_id)
    except SealBrokenError:
        return False
    as_made = Memory.objects.filter(
        id__in=things.memories,
        state__in=["active", "expired", "retired"],
        subject_id=things.subject,
        agent_id=agent_id,
    )
    parts = (all_of_it.words, all_of_it.steps, all_of_it.said, all_of_it.accesses)
    return (
        as_made.count() == len(things.memories)
        and [len(part) for part in parts] == [2, 2, 2, 1]
        and Trace.objects.filter(trace_id=things.trace, run_id=things.run).exists()
        and Run.objects.filter(id=things.run).exists()
    )


def _words(about: Iterable[Memory]) -> frozenset[str]:
    versions = MemoryVersion.objects.filter(memory_id__in=[memory.id for memory in about])
    return frozenset(version.content for version in open_versions(versions) if version.content)


def period() -> dict[str, datetime]:
    """One in which all of it was recorded."""
    return {"since": now() - timedelta(days=DAYS_AGO + 1)}
