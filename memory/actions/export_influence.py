from dataclasses import dataclass
from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.influence.origins import Origin, OriginKind
from memory.influence.told import Told


@dataclass(frozen=True, slots=True)
class Exported:
    """What the influence was of, as the event names it. A span stands under its trace's id."""

    id: UUID
    audit_kind: str


@audited("influence.exported")
def export_influence(
    *, actor: Actor, told: Told, steps: int, content: bool, comment: str = ""
) -> Exported:
    """Puts on record that somebody takes it away, before a line of it leaves.

    The rows are `memory.influence.export.rows_of`.
    """
    actor.require(Permission.TRACES_READ)
    origin = told.influence.origin
    note(
        origin=f"{origin.kind} {origin.id}",
        runs=len(told.influence.runs),
        steps=steps,
        memories=len(told.memories),
        content=content,
    )
    return _object(origin)


def _object(origin: Origin) -> Exported:
    named = UUID(origin.id.partition("/")[0])
    if origin.kind is OriginKind.AGENT:
        return Exported(named, "agent")
    return Exported(named, "trace" if origin.kind is OriginKind.SPAN else "memory")
