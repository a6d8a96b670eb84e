"""Which memories would be quarantined, and whom that affects."""

from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from console.accounts.actor import Actor
from console.platform.errors import DomainError
from console.web.screens.memory_rows import MemoryRow, memory_rows
from memory.actions import preview_quarantine
from memory.influence.origins import as_uuid
from memory.influence.quarantined import MOST_QUARANTINED, QuarantineBatch
from memory.influence.told import Told
from memory.models import State
from memory.reviews.decisions import Decision
from memory.reviews.reasons import REASONS_FOR


@dataclass(frozen=True, slots=True)
class ForeseenRow:
    """`refusal` is None where it would be quarantined; `was` is its state until then."""

    row: MemoryRow
    was: State
    on_hold: bool
    refusal: DomainError | None


@dataclass(frozen=True, slots=True)
class QuarantineScreen:
    batch: QuarantineBatch
    rows: list[ForeseenRow]
    agents: list[tuple[str, int]]
    subjects: list[tuple[str, int]]
    cap: int = MOST_QUARANTINED


def chosen_ids(posted: QueryDict, told: Told) -> list[UUID]:
    """Those ticked, of those reached; all that can be where there was nothing to tick."""
    can = told.can_be_quarantined()
    if "chosen" not in posted:
        return can[:MOST_QUARANTINED]
    ticked = {parsed for text in posted.getlist("memory") if (parsed := as_uuid(text))}
    reached = [one.memory.id for one in told.memories if one.memory is not None]
    return [one for one in reached if one in ticked][:MOST_QUARANTINED]


def quarantine_screen(actor: Actor, ids: list[UUID], *, led_by: str) -> QuarantineScreen:
    """Found out by doing it and rolling it back."""
    likeliest = REASONS_FOR[Decision.QUARANTINE][0]
    batch = preview_quarantine(actor=actor, memory_ids=ids, reason=likeliest, led_by=led_by)
    found = [one for one in batch.verdicts if one.memory is not None]
    rows = {row.memory.id: row for row in memory_rows([one.memory for one in found if one.memory])}
    return QuarantineScreen(
        batch,
        [
            ForeseenRow(rows[one.memory_id], one.was, one.on_hold, one.refusal)
            for one in found
            if one.was is not None
        ],
        batch.by_agent.most_common(),
        batch.by_subject.most_common(),
    )
