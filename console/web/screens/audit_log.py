"""How the log stands: its size, its newest checkpoints, where those are kept, and its keys."""

from dataclasses import dataclass

from audit.models import Anchor, Checkpoint
from audit.proof.checkpoints import signers
from audit.proof.notes import origin_of
from audit.proof.states import LogState, log_state
from console.tenancy.scope import current_tenant_id

MOST_CHECKPOINTS = 20


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    checkpoint: Checkpoint
    anchors: list[Anchor]


@dataclass(frozen=True, slots=True)
class LogScreen:
    """`anchored` is the newest checkpoint that is kept elsewhere; `keys` are vkeys."""

    origin: str
    log: LogState
    anchored: Anchor | None
    checkpoints: list[CheckpointRow]
    keys: list[str]


def log_screen() -> LogScreen:
    checkpoints = list(Checkpoint.objects.order_by("-number")[:MOST_CHECKPOINTS])
    numbers = [one.number for one in checkpoints]
    anchors: dict[int, list[Anchor]] = {number: [] for number in numbers}
    for anchor in Anchor.objects.filter(checkpoint__in=numbers).order_by("id"):
        anchors[anchor.checkpoint].append(anchor)
    return LogScreen(
        origin=origin_of(current_tenant_id()),
        log=log_state(),
        anchored=Anchor.objects.order_by("-checkpoint").first(),
        checkpoints=[CheckpointRow(one, anchors[one.number]) for one in checkpoints],
        keys=[signer.vkey for signer in signers()],
    )
