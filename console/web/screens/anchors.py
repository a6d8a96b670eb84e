"""How far the log is anchored outside of the database, as the page of audit streams shows it."""

from dataclasses import dataclass

from django.db.models import Max

from audit.models import Anchor, Checkpoint
from audit.models.stream import THE_FILE, StreamState
from audit.streams.standing import meaning


@dataclass(frozen=True, slots=True)
class Anchoring:
    """`file` is None until the first checkpoint was put into it, or could not be."""

    newest: Checkpoint | None
    anchored: int | None
    file: StreamState | None

    @property
    def file_holds(self) -> int:
        return max(self.file.next - 1, 0) if self.file else 0

    @property
    def file_meaning(self) -> str:
        return meaning(self.file.last_error, None) if self.file else ""

    @property
    def is_complete(self) -> bool:
        return self.newest is not None and self.anchored == self.newest.number


def anchoring() -> Anchoring:
    return Anchoring(
        newest=Checkpoint.objects.order_by("-number").first(),
        anchored=Anchor.objects.aggregate(newest=Max("checkpoint"))["newest"],
        file=StreamState.objects.filter(id=THE_FILE).first(),
    )
