"""`manage.py raise_doubts`: asks people about unused memories and those that go with failure."""

from typing import Any
from uuid import UUID

from typing_extensions import override

from console.management.sweeping import SweepCommand
from console.platform.clock import now
from memory.doubting import raise_doubts_in
from memory.usefulness import doubts


class Command(SweepCommand):
    help = (
        "Opens reviews about memories in force that nobody recalls, or whose runs mostly fail, as"
        " the sweep of every six hours does: at most 20 of each kind a day in each tenant."
    )
    done = "doubted"

    @override
    def due(self) -> list[dict[str, Any]]:
        return [
            {"memory": doubt.memory.id, "kind": doubt.kind.value, "why": doubt.detail}
            for doubt in doubts(at=now())
        ]

    @override
    def sweep(self, tenant_id: UUID) -> int:
        return raise_doubts_in(tenant_id)
