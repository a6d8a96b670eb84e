"""`manage.py evict_memories`: lets go of what scopes past their budget can spare."""

from typing import Any
from uuid import UUID

from typing_extensions import override

from console.management.sweeping import SweepCommand
from console.platform.clock import now
from memory.keeping import sweeps
from memory.keeping.decay import surplus_memories
from memory.keeping.setting import rules_in_force


class Command(SweepCommand):
    help = "Evicts the least useful memories of scopes past their budget, as the hourly sweep does."
    done = "evicted"

    @override
    def due(self) -> list[dict[str, Any]]:
        surplus = surplus_memories(at=now(), rules=rules_in_force())
        return [{"memory": one.memory_id, "score": round(one.score, 4)} for one in surplus]

    @override
    def sweep(self, tenant_id: UUID) -> int:
        return sweeps.evict_surplus(tenant_id)
