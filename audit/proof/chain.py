"""Checkpoints against the tree that events give, against each other and against those kept."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from audit.anchors.notes_file import number_of
from audit.models import Checkpoint
from audit.proof.checkpoints import signers
from audit.proof.notes import note_of, origin_of
from audit.proof.report import LogReport, Problem


class Chain:
    """The checkpoints of the tenant at hand, which are looked at in the order of their numbers."""

    def __init__(self, report: LogReport) -> None:
        self._report = report
        self._signers = signers()
        self._last: Checkpoint | None = None
        newest: dict[str, Any] = Checkpoint.objects.aggregate(number=Max("number"))
        self._newest = newest["number"] or 0

    def between(self, begin: int, end: int) -> dict[int, Checkpoint]:
        """Those of which the last leaf is in [begin, end), by their size."""
        found = Checkpoint.objects.filter(size__gt=begin, size__lte=end)
        return {one.size: one for one in found.order_by("number")}

    def check(self, checkpoint: Checkpoint, root: bytes) -> None:
        """`root` is that of the tree of its size."""
        self._report.checkpoints += 1
        for code in self._faults(checkpoint, root):
            self._report.tell(Problem(code, checkpoint=checkpoint.number))
        self._last = checkpoint

    def check_tail(self, size: int) -> None:
        """Those that sign more than there is."""
        beyond = Checkpoint.objects.filter(size__gt=size, number__lte=self._newest)
        for number in beyond.order_by("number").values_list("number", flat=True):
            self._report.tell(Problem("tail_missing", checkpoint=number))

    def check_kept(self, notes: Sequence[str]) -> None:
        """As they are kept outside the database."""
        kept = {number_of(note): note for note in notes}
        told = Checkpoint.objects.filter(number__in=kept).values_list("number", "note")
        ours = dict(told)
        for number, note in kept.items():
            if ours.get(number) != note:
                self._report.tell(Problem("kept_differs", checkpoint=number))

    def _faults(self, checkpoint: Checkpoint, root: bytes) -> list[str]:
        expected = self._last.number + 1 if self._last else 1
        faults = []
        if checkpoint.number != expected:
            faults.append("checkpoint_missing")
        elif not checkpoint.note.startswith(self._body(checkpoint) + "\n"):
            faults.append("checkpoint_changed")
        if bytes(checkpoint.root) != root:
            faults.append("root_differs")
        if not any(signer.verifies(checkpoint.note) for signer in self._signers):
            faults.append("signature_invalid")
        return faults

    def _body(self, checkpoint: Checkpoint) -> str:
        return note_of(
            origin=origin_of(checkpoint.tenant_id),
            size=checkpoint.size,
            root=bytes(checkpoint.root),
            number=checkpoint.number,
            made_at=checkpoint.made_at,
            before=self._last.note if self._last else None,
        )
