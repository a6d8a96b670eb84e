"""Which step of which run wrote a version, and what the agent did just before."""

from dataclasses import dataclass
from uuid import UUID

from audit.models import Trace
from audit.timelines.step import Step, step_at, steps_before
from console.accounts.actor import Actor
from console.accounts.models import ApiKey
from console.accounts.permissions import Permission
from memory.models import MemoryVersion


@dataclass(frozen=True, slots=True)
class Provenance:
    """`run_id` and `step` are None until the trace's spans arrive; `before`, the oldest first."""

    version: MemoryVersion
    key: ApiKey | None
    run_id: UUID | None
    step: Step | None
    before: tuple[Step, ...]


def provenance_of(actor: Actor, version: MemoryVersion) -> Provenance:
    key_id = version.api_key_id
    key = (
        ApiKey.objects.select_related("agent__owner").filter(id=key_id).first() if key_id else None
    )
    if version.trace_id is None or not actor.may(Permission.TRACES_READ):
        return Provenance(version, key, None, None, ())
    trace_id = bytes(version.trace_id)
    trace = Trace.objects.filter(trace_id=trace_id).first()
    step = step_at(trace_id, bytes(version.span_id or b""))
    return Provenance(
        version,
        key,
        trace.run_id if trace else None,
        step,
        steps_before(step) if step else (),
    )
