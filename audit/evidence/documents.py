"""The log's own files of a pack, each read page by page in transactions of their own."""

from base64 import b64encode
from collections.abc import Iterator

import orjson

from audit.evidence.extent import Extent, PrunedPeriodError
from audit.evidence.zip_stream import Document
from audit.export.log_lines import log_lines
from audit.models import Anchor, Checkpoint, LogLeaf
from audit.proof.checkpoints import signers
from audit.proof.entry import instant
from audit.proof.pruned import pruned_log
from audit.proof.tiles import HASH_BYTES
from console.tenancy.scope import tenant_scope

PAGE = 1_000
LEAVES = 8_192
ABSENT = bytes(HASH_BYTES)


def log_documents(extent: Extent) -> Iterator[Document]:
    yield Document("events.jsonl", _events(extent))
    yield Document("checkpoints.jsonl", _checkpoints(extent))
    yield Document("leaves.bin", _leaves(extent))
    yield Document("keys.txt", _keys(extent))
    yield Document("anchors.jsonl", _anchors(extent))


def _events(extent: Extent) -> Iterator[bytes]:
    """Raises PrunedPeriodError where retention removed some meanwhile: half of it is no pack."""
    yield from log_lines(extent.tenant_id, extent.first, extent.size)
    with tenant_scope(extent.tenant_id):
        pruned = pruned_log()
    if pruned is not None and pruned.size > extent.first:
        raise PrunedPeriodError


def _checkpoints(extent: Extent) -> Iterator[bytes]:
    for begin in range(extent.begins_at, extent.ends_at + 1, PAGE):
        end = min(begin + PAGE - 1, extent.ends_at)
        with tenant_scope(extent.tenant_id):
            found = Checkpoint.objects.filter(number__gte=begin, number__lte=end)
            notes = list(found.order_by("number").values_list("note", flat=True))
        yield from (orjson.dumps({"note": note}) + b"\n" for note in notes)


def _leaves(extent: Extent) -> Iterator[bytes]:
    """By index; zeros for a leaf whose row is gone."""
    for begin in range(extent.first, extent.size, LEAVES):
        end = min(begin + LEAVES, extent.size)
        with tenant_scope(extent.tenant_id):
            found = LogLeaf.objects.filter(index__gte=begin, index__lt=end)
            hashes = dict(found.values_list("index", "leaf_hash"))
        yield b"".join(bytes(hashes.get(index, ABSENT)) for index in range(begin, end))


def _keys(extent: Extent) -> Iterator[bytes]:
    with tenant_scope(extent.tenant_id):
        keys = [signer.vkey for signer in signers()]
    yield "".join(f"{key}\n" for key in keys).encode()


def _anchors(extent: Extent) -> Iterator[bytes]:
    """Who outside the database took which checkpoint, with the tokens of timestamp authorities."""
    for begin in range(extent.begins_at, extent.ends_at + 1, PAGE):
        end = min(begin + PAGE - 1, extent.ends_at)
        with tenant_scope(extent.tenant_id):
            found = Anchor.objects.filter(checkpoint__gte=begin, checkpoint__lte=end)
            anchors = list(found.order_by("checkpoint", "id"))
        yield from map(_anchor, anchors)


def _anchor(anchor: Anchor) -> bytes:
    told = {
        "checkpoint": anchor.checkpoint,
        "sink": anchor.sink,
        "accepted_at": instant(anchor.accepted_at),
        "receipt": b64encode(anchor.receipt).decode(),
    }
    return orjson.dumps(told) + b"\n"
