from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet

from audit.export.events import Form
from audit.models import AuditEvent
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.ids import uuid7

# Filters whose values may be a person's name, or words: it is told that they narrowed, not by what.
PERSONAL = frozenset({"actor", "subject", "q"})


@dataclass(frozen=True, slots=True)
class EventExport:
    """Made as it begins: what is newer than its id is no part of it."""

    id: UUID = field(default_factory=uuid7)

    audit_kind: ClassVar = "audit_export"


@audited("audit.exported")
def export_events(
    *,
    actor: Actor,
    form: Form,
    filters: Mapping[str, Any],
    find: Callable[[], QuerySet[AuditEvent]],
) -> EventExport:
    """Puts on record who takes which part of the trail away, before a line of it leaves.

    `filters` are those of `find`, as an address names them. The lines are `audit.export.events`',
    read after this transaction.
    """
    actor.require(Permission.AUDIT_READ)
    export = EventExport()
    told = {name: "…" if name in PERSONAL else _plain(value) for name, value in filters.items()}
    count = find().filter(id__lt=export.id).order_by().count()
    note(form=str(form), filters=told, events=count)
    return export


def _plain(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, list) else str(value)
