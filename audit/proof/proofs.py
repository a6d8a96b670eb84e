"""Proofs about the log of the tenant at hand, by a bounded number of statements."""

from dataclasses import dataclass
from uuid import UUID

from audit.models import Checkpoint, LogLeaf
from audit.proof.checkpoints import newest_checkpoint
from audit.proof.merkle import consistency_path, inclusion_path
from audit.proof.sequence import log_size
from audit.proof.tiles import hashes_of
from console.platform.errors import ConflictError, InvalidInputError


class NotSealedError(ConflictError):
    """The event is recorded, and no checkpoint covers it yet."""

    code = "not_sealed"
    title = "No checkpoint covers this event yet: ask again in a minute"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That leaf `index` is in the log of `size` leaves, which `checkpoint` signs.

    `hashes` is the inclusion path of RFC 9162 §2.1.3.1, from the leaf upwards.
    """

    index: int
    size: int
    leaf_hash: bytes
    hashes: list[bytes]
    checkpoint: Checkpoint


def inclusion_of(event_id: UUID) -> Inclusion:
    """Under the newest checkpoint. Raises NotSealedError."""
    leaf, checkpoint = LogLeaf.objects.filter(id=event_id).first(), newest_checkpoint()
    if leaf is None or checkpoint is None or leaf.index >= checkpoint.size:
        raise NotSealedError
    return Inclusion(
        index=leaf.index,
        size=checkpoint.size,
        leaf_hash=bytes(leaf.leaf_hash),
        hashes=hashes_of(inclusion_path(leaf.index, checkpoint.size)),
        checkpoint=checkpoint,
    )


def consistency(first: int, second: int) -> list[bytes]:
    """That the log of `second` leaves continues that of `first` (RFC 9162 §2.1.4.1).

    Raises InvalidInputError unless 0 < first <= second <= the size of the log.
    """
    if second > log_size():
        raise InvalidInputError.on("to", "too_large", "The log is not that long.")
    if not 0 < first <= second:
        raise InvalidInputError.on("from", "out_of_range", "Send 0 < from <= to.")
    return hashes_of(consistency_path(first, second))
