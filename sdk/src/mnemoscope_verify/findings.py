"""What a verification ends with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MOST_FINDINGS = 100


class Kind(StrEnum):
    EDIT = "edit"
    DELETION = "deletion"
    INSERTION = "insertion"
    SWAP = "swap"
    REDATING = "re-dating"
    CUT_TAIL = "cut tail"
    FULL_REWRITE = "full rewrite"
    FORK = "fork"
    KEY_SWAP = "key swap"
    MISSING_CHECKPOINT = "missing checkpoint"
    GRAFT = "graft"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One tampering: its kind, where, and a sentence with the evidence.

    `index` is a place in the log (from 0), `checkpoint` a checkpoint's number, `file` a file of the
    pack, `event` an event's id; those that apply are set.
    """

    kind: Kind
    says: str
    index: int | None = None
    checkpoint: int | None = None
    file: str | None = None
    event: str | None = None


@dataclass(slots=True, kw_only=True)
class Report:
    """`findings` are tamperings; `notices` what a reader should know though nothing is wrong."""

    origin: str = ""
    period: tuple[str, str] = ("", "")
    oldest: str = ""  # of the events' own times
    newest: str = ""
    first: int = 0
    pruned_at: str = ""  # when retention removed the events before `first`, as the server says
    pruned_told_at: int | None = None  # the place of the event in the pack that says so too
    size: int = 0
    root: bytes = b""
    events: int = 0
    forgotten: int = 0  # events whose words were blanked, as an erasure does
    checkpoints: int = 0
    checkpoint_range: tuple[int, int] = (0, 0)
    outside: int = 0  # checkpoints given beside the pack that a trusted key signed
    seen_outside: int = 0  # of the pack's checkpoints, those among them
    highest_seen_outside: int = 0
    certificates: int = 0
    findings: list[Finding] = field(default_factory=list)
    more_findings: int = 0
    notices: list[str] = field(default_factory=list)

    def found(self, kind: Kind, says: str, **place: int | str | None) -> None:
        if len(self.findings) == MOST_FINDINGS:
            self.more_findings += 1
            return
        self.findings.append(Finding(kind=kind, says=says, **place))  # type: ignore[arg-type]

    @property
    def is_well(self) -> bool:
        return not self.findings
