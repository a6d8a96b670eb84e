"""`manage.py move_memories`: moves memories between tiers, as their use says."""

from typing import Any
from uuid import UUID

from typing_extensions import override

from console.management.sweeping import SweepCommand
from console.platform.clock import now
from memory.keeping import sweeps
from memory.keeping.setting import rules_in_force
from memory.keeping.tiers import due_moves


class Command(SweepCommand):
    help = "Promotes and demotes memories between tiers, as the hourly sweep does."
    done = "moved"

    @override
    def due(self) -> list[dict[str, Any]]:
        return [
            {"memory": move.memory_id, "from": move.before, "to": move.after, "why": move.reason}
            for move in due_moves(at=now(), rules=rules_in_force())
        ]

    @override
    def sweep(self, tenant_id: UUID) -> int:
        return sweeps.move_tiers(tenant_id)
